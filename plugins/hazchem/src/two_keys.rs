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
    (6, &["裂解(裂化)", "裂解", "裂化", "催化裂化", "加氢裂化"]),
    (7, &["氟化"]),
    (8, &["加氢"]),
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

/// Whether a unit has a key regulated process. An empty list is
/// [`Match::No`], one that was not filed [`Match::Unknown`].
pub fn unit_has_key_process<'a>(names: Option<impl IntoIterator<Item = &'a str>>) -> Match {
    names.map_or(Match::Unknown, |names| {
        names
            .into_iter()
            .fold(Match::No, |found, name| found.or(is_key_process(name)))
    })
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
