//! The key regulated chemicals and the key regulated processes: two of the
//! three things that 两重点一重大 names.

use crate::substances::{Cas, Known, Substance, fold, recognise};

/// From this number on the list of key chemicals was not confirmed.
pub const FIRST_UNVERIFIED: u8 = 61;

/// Whether something is on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is.
    Yes,
    /// It is on an entry that was not confirmed: worth a look, not a verdict.
    Unverified,
    /// It is not.
    No,
    /// What was filed is not enough to say.
    Unknown,
}

impl Match {
    /// Yes or no, where the list decides.
    #[must_use]
    pub const fn decided(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unverified | Self::Unknown => None,
        }
    }

    /// One is enough; else what is open stays open.
    const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Unverified, _) | (_, Self::Unverified) => Self::Unverified,
            (Self::No, Self::No) => Self::No,
        }
    }
}

/// Whether a chemical is on the list of key regulated chemicals. A name that
/// no list has, without a CAS number, is [`Match::Unknown`].
#[must_use]
pub fn is_key_chemical(name: Option<&str>, cas: Cas<'_>) -> Match {
    match recognise(name, cas) {
        Known::As(substance) => listed(substance),
        Known::Two(named, numbered) => match (listed(named), listed(numbered)) {
            (a, b) if a == b => a,
            _ => Match::Unknown,
        },
        Known::Other => Match::No,
        Known::Unclear => Match::Unknown,
    }
}

const fn listed(substance: &Substance) -> Match {
    match substance.key {
        0 => Match::No,
        FIRST_UNVERIFIED.. => Match::Unverified,
        _ => Match::Yes,
    }
}

/// A chemical's number in the list of key regulated chemicals, 0 when it is
/// not there; `None` where the list does not decide.
#[must_use]
pub fn key_chemical_number(name: Option<&str>, cas: Cas<'_>) -> Option<u8> {
    let number = |substance: &Substance| Some(substance.key).filter(|key| *key < FIRST_UNVERIFIED);
    match recognise(name, cas) {
        Known::As(substance) => number(substance),
        Known::Two(named, numbered) if named.key == numbered.key => number(named),
        Known::Other => Some(0),
        Known::Two(..) | Known::Unclear => None,
    }
}

/// Whether one of a unit's chemicals is a key regulated chemical. `None`, a
/// list that was not filed, is [`Match::Unknown`].
pub fn unit_has_key_chemical<'a>(
    chemicals: Option<impl IntoIterator<Item = (Option<&'a str>, Cas<'a>)>>,
) -> Match {
    chemicals.map_or(Match::Unknown, |chemicals| {
        chemicals.into_iter().fold(Match::No, |found, (name, cas)| {
            found.or(is_key_chemical(name, cas))
        })
    })
}

/// What can be said about the name and the number of a chemical together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAndNumber {
    /// The number has the form of a CAS number and its check digit is right.
    pub number_is_valid: bool,
    /// The name is one whose numbers are known.
    pub name_is_listed: bool,
    /// The number is one of those; false when the name is not listed.
    pub belong_together: bool,
}

/// Compares a name with a number filed for it.
#[must_use]
pub fn name_and_number(name: &str, number: &str) -> NameAndNumber {
    let valid = Cas::Number(number).valid();
    let listed = crate::substances::by_name(name).filter(|found| !found.cas.is_empty());
    NameAndNumber {
        number_is_valid: valid.is_some(),
        name_is_listed: listed.is_some(),
        belong_together: listed
            .zip(valid)
            .is_some_and(|(found, number)| found.cas.contains(&number)),
    }
}

/// Whether two filed chemicals are the same: same number, same name, or two
/// names of one substance. `None` when what was filed does not say.
#[must_use]
pub fn same_chemical(
    (name, cas): (Option<&str>, Cas<'_>),
    (other_name, other_cas): (Option<&str>, Cas<'_>),
) -> Option<bool> {
    let same_name = name
        .zip(other_name)
        .is_some_and(|(a, b)| fold(a).eq(fold(b)));
    let numbers = cas.valid().zip(other_cas.valid());
    if same_name || numbers.is_some_and(|(a, b)| a == b) {
        return Some(true);
    }
    match (recognise(name, cas), recognise(other_name, other_cas)) {
        (Known::As(a), Known::As(b)) => {
            Some(core::ptr::eq(a, b) || a.cas.iter().any(|number| b.cas.contains(number)))
        }
        (Known::As(_), Known::Other) | (Known::Other, Known::As(_)) => Some(false),
        (Known::Other, Known::Other) if numbers.is_some() => Some(false),
        _ => None,
    }
}

/// Whether a chemical is among others, such as those of all units. `None`
/// when none of them is surely the same and one may be, or when the list was
/// not filed.
pub fn is_among<'a>(
    chemical: (Option<&str>, Cas<'_>),
    others: Option<impl IntoIterator<Item = (Option<&'a str>, Cas<'a>)>>,
) -> Option<bool> {
    let mut open = others.is_none();
    for other in others.into_iter().flatten() {
        match same_chemical(chemical, other) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

/// The 18 key regulated processes: the number in the catalogue and the names,
/// folded and without the word 工艺 at the end.
static PROCESSES: [(u8, &[&str]); 18] = [
    (1, &["光气及光气化", "光气化", "光气合成"]),
    (2, &["电解(氯碱)", "氯碱电解", "氯碱", "电解工艺(氯碱)"]),
    (3, &["氯化"]),
    (4, &["硝化"]),
    (5, &["合成氨", "氨合成"]),
    (6, &["裂解(裂化)", "裂解", "裂化", "催化裂化"]),
    (7, &["氟化"]),
    (8, &["加氢", "加氢裂化"]),
    (9, &["重氮化"]),
    (10, &["氧化"]),
    (11, &["过氧化"]),
    (12, &["胺基化", "氨基化"]),
    (13, &["磺化"]),
    (14, &["聚合"]),
    (15, &["烷基化"]),
    (16, &["新型煤化工"]),
    (17, &["电石生产", "电石"]),
    (18, &["偶氮化"]),
];

/// Nitration, which the plan of 2024 wants automated first.
pub const NITRATION: u8 = 4;
/// Diazotisation, peroxidation, fluorination, chlorination: two years later.
pub const FOUR_OF_2024: [u8; 4] = [9, 11, 7, 3];
/// The whole catalogue.
pub const ALL: [u8; 18] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
];

/// Work without a chemical reaction, which no entry of the catalogue can mean.
static NO_REACTION: [&str; 20] = [
    "储存", "仓储", "装卸", "灌装", "充装", "分装", "包装", "混合", "复配", "搅拌", "稀释", "过滤",
    "干燥", "粉碎", "蒸馏", "精馏", "萃取", "结晶", "蒸发", "冷冻",
];

/// Words that may follow a process's name.
const ENDINGS: [&str; 4] = ["工艺", "反应", "工序", "过程"];

/// The number of a process in the catalogue of key regulated processes.
#[must_use]
pub fn key_process(name: &str) -> Option<u8> {
    PROCESSES
        .iter()
        .find(|(_, names)| names.iter().any(|listed| is_process(name, listed)))
        .map(|(number, _)| *number)
}

/// Whether a process is a key regulated one. The catalogue's lists of
/// reactions are not at hand, so another name is [`Match::Unknown`], unless it
/// is plainly work without a reaction.
#[must_use]
pub fn is_key_process(name: &str) -> Match {
    if key_process(name).is_some() {
        Match::Yes
    } else if NO_REACTION.iter().any(|listed| is_process(name, listed)) {
        Match::No
    } else {
        Match::Unknown
    }
}

/// Whether a unit has a process of one of these numbers of the catalogue. An
/// empty list is no; one that was not filed, or a name that may be any of
/// them, is unknown.
pub fn unit_has_process<'a>(
    names: Option<impl IntoIterator<Item = &'a str>>,
    numbers: &[u8],
) -> Option<bool> {
    let of = |name| match key_process(name) {
        Some(number) if numbers.contains(&number) => Match::Yes,
        Some(_) => Match::No,
        None => is_key_process(name),
    };
    names?
        .into_iter()
        .fold(Match::No, |found, name| found.or(of(name)))
        .decided()
}

fn is_process(filed: &str, listed: &str) -> bool {
    let mut rest = fold(filed);
    if !listed.chars().all(|expected| rest.next() == Some(expected)) {
        return false;
    }
    let mut rest = rest.peekable();
    if rest.peek().is_none() {
        return true;
    }
    let ending: (Option<char>, Option<char>, Option<char>) =
        (rest.next(), rest.next(), rest.next());
    ENDINGS.iter().any(|word| {
        let mut chars = word.chars();
        ending == (chars.next(), chars.next(), None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: fn(&str) -> Match = |cas| is_key_chemical(None, Cas::Number(cas));
    const NAME: fn(&str) -> Match = |name| is_key_chemical(Some(name), Cas::Unknown);

    #[test]
    fn every_number_of_the_list() {
        let printed = "1 7782-50-5/氯/液氯/氯气|2 7664-41-7/氨/液氨/氨气|3 68476-85-7/液化石油气|4 7783-06-4/硫化氢|\
5 74-82-8/甲烷/天然气|6 原油|7 8006-61-9/汽油/石脑油|8 1333-74-0/氢/氢气|9 71-43-2/苯|\
10 75-44-5/碳酰氯/光气|11 7446-09-5/二氧化硫|12 630-08-0/一氧化碳|13 67-56-1/甲醇/木醇/木精|\
14 107-13-1/丙烯腈/氰基乙烯/乙烯基氰|15 75-21-8/环氧乙烷/氧化乙烯|16 74-86-2/乙炔/电石气|\
17 7664-39-3/氟化氢/氢氟酸|18 75-01-4/氯乙烯|19 108-88-3/甲苯/甲基苯/苯基甲烷|20 74-90-8/氰化氢/氢氰酸|\
21 74-85-1/乙烯|22 7719-12-2/三氯化磷|23 98-95-3/硝基苯|24 100-42-5/苯乙烯|25 75-56-9/环氧丙烷|\
26 74-87-3/一氯甲烷|27 106-99-0/1,3-丁二烯|28 77-78-1/硫酸二甲酯|29 143-33-9/氰化钠|\
30 115-07-1/1-丙烯/丙烯|31 62-53-3/苯胺|32 115-10-6/甲醚|33 107-02-8/丙烯醛/2-丙烯醛|\
34 108-90-7/氯苯|35 108-05-4/乙酸乙烯酯|36 124-40-3/二甲胺|37 108-95-2/苯酚/石炭酸|\
38 7550-45-0/四氯化钛|39 584-84-9/甲苯二异氰酸酯/TDI|40 79-21-0/过氧乙酸/过乙酸/过醋酸|\
41 77-47-4/六氯环戊二烯|42 75-15-0/二硫化碳|43 74-84-0/乙烷|44 106-89-8/环氧氯丙烷/3-氯-1,2-环氧丙烷|\
45 75-86-5/丙酮氰醇/2-甲基-2-羟基丙腈|46 7803-51-2/磷化氢/膦|47 107-30-2/氯甲基甲醚|\
48 7637-07-2/三氟化硼|49 107-11-9/烯丙胺/3-氨基丙烯|50 624-83-9/异氰酸甲酯/甲基异氰酸酯|\
51 1634-04-4/甲基叔丁基醚|52 141-78-6/乙酸乙酯|53 79-10-7/丙烯酸|54 6484-52-2/硝酸铵|\
55 7446-11-9/三氧化硫/硫酸酐|56 67-66-3/三氯甲烷/氯仿|57 60-34-4/甲基肼|58 74-89-5/一甲胺|\
59 75-07-0/乙醛|60 503-38-8/氯甲酸三氯甲酯/双光气|61 7775-09-9/氯酸钠|62 3811-04-9/氯酸钾|\
63 1338-23-4/过氧化甲乙酮|64 94-36-0/过氧化(二)苯甲酰|65 9004-70-0/硝化纤维素|66 506-93-4/硝酸胍|\
67 7790-98-9/高氯酸铵|68 614-45-9/过氧化苯甲酸叔丁酯|69 101-25-7/N,N'-二亚硝基五亚甲基四胺|\
70 556-88-7/硝基胍|71 78-67-1/2,2'-偶氮二异丁腈|72 4419-11-8/2,2'-偶氮-二-(2,4-二甲基戊腈)/偶氮二异庚腈|\
73 55-63-0/硝化甘油|74 60-29-7/乙醚";
        let mut rows = 0;
        for line in printed.split('|') {
            let (number, what) = line.split_once(' ').unwrap_or_default();
            let expected = match number.parse::<u8>() {
                Ok(1..=60) => Match::Yes,
                _ => Match::Unverified,
            };
            for one in what.split('/') {
                let found = if one.ends_with(|c: char| c.is_ascii_digit()) {
                    NUMBER(one)
                } else {
                    NAME(one)
                };
                assert_eq!(found, expected, "{number} {one}");
            }
            rows += 1;
        }
        assert_eq!(rows, 74);
    }

    #[test]
    fn chemicals_by_name_and_number() {
        for yes in [
            "原油",
            "石脑油",
            "液氯",
            " TDI ",
            "天然气",
            "粗苯",
            "氢氟酸",
        ] {
            assert_eq!(NAME(yes), Match::Yes, "{yes}");
        }
        for no in ["丙烷", "柴油", "氨水", "硝酸铵肥料"] {
            assert_eq!(NAME(no), Match::No, "{no}");
        }
        assert_eq!(NUMBER("8006-14-2"), Match::Yes);
        assert_eq!(NUMBER("7664-93-9"), Match::No);
        assert_eq!(NAME("某助剂"), Match::Unknown);
        assert_eq!(is_key_chemical(Some("某助剂"), Cas::NoNumber), Match::No);
        // a product may be the listed substance that it is named after
        let product = |name, cas| is_key_chemical(Some(name), cas);
        for name in [
            "92号汽油(京)",
            "工业氢气",
            "甲醇汽油M15",
            "粗甲醇",
            "轻石脑油",
        ] {
            assert_eq!(product(name, Cas::NoNumber), Match::Unknown, "{name}");
        }
        assert_eq!(product("丙烯酸面漆", Cas::NoNumber), Match::Unknown);
        assert_eq!(product("丙烯酸面漆", Cas::OwnClass), Match::No);
        assert_eq!(product("92号汽油(京)", Cas::OwnClass), Match::Unknown);
        assert_eq!(product("甲醇钠", Cas::Number("124-41-4")), Match::No);
        assert_eq!(
            is_key_chemical(Some("氯"), Cas::Number("67-64-1")),
            Match::Unknown
        );
        let unit = |names: &[&'static str]| {
            unit_has_key_chemical(Some(names.iter().map(|name| (Some(*name), Cas::Unknown))))
        };
        assert_eq!(unit(&["柴油", "乙醚"]), Match::Unverified);
        assert_eq!(unit(&["某助剂", "氯"]), Match::Yes);
        assert_eq!(
            (unit(&["某助剂", "丙烷"]), unit(&["丙烷"]), unit(&[])),
            (Match::Unknown, Match::No, Match::No)
        );
        assert_eq!(
            unit_has_key_chemical(None::<[(Option<&str>, Cas<'_>); 0]>),
            Match::Unknown
        );
    }

    #[test]
    fn numbers_of_key_chemicals() {
        let number = |name| key_chemical_number(Some(name), Cas::Unknown);
        assert_eq!((number("汽油"), number("石脑油")), (Some(7), Some(7)));
        assert_eq!((number("柴油"), number("某助剂")), (Some(0), None));
        // The last confirmed entry and the first of the others.
        assert_eq!((number("双光气"), number("氯酸钠")), (Some(60), None));
    }

    #[test]
    fn processes() {
        let printed = "光气及光气化工艺|电解工艺(氯碱)|氯化工艺|硝化工艺|合成氨工艺|裂解(裂化)工艺|氟化工艺|\
加氢工艺|重氮化工艺|氧化工艺|过氧化工艺|胺基化工艺|磺化工艺|聚合工艺|烷基化工艺|新型煤化工工艺|\
电石生产工艺|偶氮化工艺";
        for (index, name) in (1..).zip(printed.split('|')) {
            assert_eq!(key_process(name), Some(index), "{name}");
        }
        assert_eq!(PROCESSES.len(), printed.split('|').count());
        assert_eq!(
            (
                key_process("硝化"),
                key_process("硝化反应"),
                key_process("氯碱电解")
            ),
            (Some(4), Some(4), Some(2))
        );
        assert_eq!(
            (key_process("电解（氯碱）工艺"), key_process("氯化工")),
            (Some(2), None)
        );
        // denitrification of waste water is no nitration
        assert_eq!(
            (is_key_process("反硝化"), is_key_process("电解")),
            (Match::Unknown, Match::Unknown)
        );
        assert_eq!(
            (is_key_process("精馏"), is_key_process("酯化")),
            (Match::No, Match::Unknown)
        );
        // a refinery's hydrocracking is hydrogenation, one kind with it
        assert_eq!(
            (key_process("加氢裂化"), key_process("催化裂化")),
            (Some(8), Some(6))
        );
        let has =
            |names: &[&'static str], of: &[u8]| unit_has_process(Some(names.iter().copied()), of);
        assert_eq!(has(&["精馏", "硝化"], &ALL), Some(true));
        assert_eq!((has(&["酯化"], &ALL), has(&[], &ALL)), (None, Some(false)));
        assert_eq!(unit_has_process(None::<[&str; 0]>, &ALL), None);
        assert_eq!(has(&["硝化工序", "酯化"], &[NITRATION]), Some(true));
        assert_eq!(has(&["加氢反应"], &[NITRATION]), Some(false));
        assert_eq!(has(&["加氢反应", "酯化"], &FOUR_OF_2024), None);
        assert_eq!(has(&["硝化", "精馏"], &FOUR_OF_2024), Some(false));
        for name in ["重氮化过程", "过氧化", "氟化工艺", "氯化反应"] {
            assert_eq!(has(&[name], &FOUR_OF_2024), Some(true), "{name}");
        }
    }

    #[test]
    fn names_with_numbers() {
        let check = |name, number| {
            let found = name_and_number(name, number);
            (
                found.number_is_valid,
                found.name_is_listed,
                found.belong_together,
            )
        };
        assert_eq!(check("TDI", "584-84-9"), (true, true, true));
        assert_eq!(check("TDI", "26471-62-5"), (true, true, true));
        assert_eq!(check("氯", "7782-50-6"), (false, true, false));
        assert_eq!(check("氯", "7664-41-7"), (true, true, false));
        assert_eq!(check("某助剂", "7664-41-7"), (true, false, false));
        assert_eq!(check("柴油", "68334-30-5"), (true, false, false));
        for broken in [
            "",
            "-",
            "7782-50",
            "7782-50-",
            "7782-5-5",
            "77-82-50-5",
            "7782505",
            "7782-50-5x",
            "12345678-50-5",
            "7-50-5",
        ] {
            assert!(!name_and_number("氯", broken).number_is_valid, "{broken}");
        }
    }

    #[test]
    fn the_same_chemical_in_another_list() {
        let name = |name| (Some(name), Cas::Unknown);
        let both = |name, cas| (Some(name), Cas::Number(cas));
        assert_eq!(
            same_chemical(name("液氯"), both("氯", "7782-50-5")),
            Some(true)
        );
        assert_eq!(same_chemical(name("某 助剂"), name("某助剂")), Some(true));
        assert_eq!(same_chemical(name("某助剂"), name("另一助剂")), None);
        assert_eq!(same_chemical(name("某助剂"), name("氯")), None);
        assert_eq!(same_chemical(name("氨"), name("氯")), Some(false));
        assert_eq!(
            same_chemical(both("甲", "50-32-8"), both("乙", "91-20-3")),
            Some(false)
        );
        let among = |others: &[&'static str]| {
            is_among(name("氯"), Some(others.iter().map(|other| name(other))))
        };
        assert_eq!(
            (
                among(&["氨", "液氯"]),
                among(&["氨"]),
                among(&["某物", "氨"])
            ),
            (Some(true), Some(false), None)
        );
        assert_eq!(
            is_among(name("氯"), None::<[(Option<&str>, Cas<'_>); 0]>),
            None
        );
    }
}
