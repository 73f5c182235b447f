//! Tables 1 to 6 as constants.

/// A row of table 1.
#[derive(Debug)]
pub struct Row {
    /// Number of the row, 1 to 85.
    pub no: u8,
    /// The name as printed.
    pub zh: &'static str,
    /// The name in English.
    pub en: &'static str,
    /// Threshold Q in tonnes, as printed.
    pub q: &'static str,
    /// `15000 / Q`, a whole number for every row.
    pub(super) parts: i128,
    /// β of table 3 in tenths; 0 when the substance is not listed there.
    pub(super) beta: u8,
    /// The row itself names a mixture, so the mixture rule does not remove it.
    pub(super) mixture: bool,
}

/// A class of table 2, with its β of table 4.
#[derive(Debug)]
pub struct Class {
    /// `J1` to `J5`, `W1.1` to `W11`.
    pub symbol: &'static str,
    /// Threshold Q in tonnes, as printed.
    pub q: &'static str,
    pub(super) parts: i128,
    /// β of table 4 in tenths.
    pub(super) beta: u8,
}

/// `15000 / Q`; the build fails when it is not a whole number.
const fn parts(q: &str) -> i128 {
    let mut rest = q.as_bytes();
    let (mut thousandths, mut unit, mut fraction) = (0_i128, 1000_i128, false);
    while let [byte, tail @ ..] = rest {
        if *byte == b'.' {
            fraction = true;
        } else {
            assert!(byte.is_ascii_digit(), "Q is a plain decimal");
            if fraction {
                unit /= 10;
            }
            thousandths =
                thousandths * if fraction { 1 } else { 10 } + (*byte - b'0') as i128 * unit;
        }
        rest = tail;
    }
    assert!(
        thousandths > 0 && 15_000_000 % thousandths == 0,
        "Q divides 15000"
    );
    15_000_000 / thousandths
}

const fn row(no: u8, zh: &'static str, en: &'static str, q: &'static str, beta: u8) -> Row {
    Row {
        no,
        zh,
        en,
        q,
        parts: parts(q),
        beta,
        mixture: false,
    }
}

/// A row that names a mixture by its text.
const fn mix(no: u8, zh: &'static str, en: &'static str, q: &'static str, beta: u8) -> Row {
    Row {
        no,
        zh,
        en,
        q,
        parts: parts(q),
        beta,
        mixture: true,
    }
}

const fn class(symbol: &'static str, q: &'static str, beta: u8) -> Class {
    Class {
        symbol,
        q,
        parts: parts(q),
        beta,
    }
}

/// Table 1, with β of table 3 in tenths in the last column.
#[rustfmt::skip]
pub static ROWS: [Row; 85] = [
    row(1, "氨", "Ammonia", "10", 20),
    row(2, "二氟化氧", "Oxygen difluoride", "1", 0),
    row(3, "二氧化氮", "Nitrogen dioxide", "1", 100),
    row(4, "二氧化硫", "Sulfur dioxide", "20", 20),
    row(5, "氟", "Fluorine", "1", 0),
    row(6, "碳酰氯", "Carbonyl chloride (phosgene)", "0.3", 200),
    row(7, "环氧乙烷", "Ethylene oxide", "10", 20),
    mix(8, "甲醛(含量>90%)", "Formaldehyde (content >90%)", "5", 0),
    row(9, "磷化氢", "Phosphine", "1", 200),
    row(10, "硫化氢", "Hydrogen sulfide", "5", 50),
    row(11, "氯化氢(无水)", "Hydrogen chloride (anhydrous)", "20", 30),
    row(12, "氯", "Chlorine", "5", 40),
    mix(13, "煤气(CO,CO和H2、CH4的混合物等)", "Coal gas (CO; CO with H2/CH4 mixtures etc.)", "20", 20),
    row(14, "砷化氢", "Arsine", "1", 0),
    row(15, "锑化氢", "Stibine", "1", 0),
    row(16, "硒化氢", "Hydrogen selenide", "1", 0),
    row(17, "溴甲烷", "Methyl bromide", "10", 30),
    row(18, "丙酮氰醇", "Acetone cyanohydrin", "20", 0),
    row(19, "丙烯醛", "Acrolein", "20", 0),
    row(20, "氟化氢", "Hydrogen fluoride", "1", 50),
    row(21, "1-氯-2,3-环氧丙烷", "Epichlorohydrin", "20", 0),
    row(22, "3-溴-1,2-环氧丙烷", "Epibromohydrin", "20", 0),
    mix(23, "甲苯二异氰酸酯", "Toluene diisocyanate (TDI)", "100", 0),
    row(24, "一氯化硫", "Sulfur monochloride", "1", 0),
    row(25, "氰化氢", "Hydrogen cyanide", "1", 100),
    row(26, "三氧化硫", "Sulfur trioxide", "75", 0),
    row(27, "3-氨基丙烯", "Allylamine", "20", 0),
    row(28, "溴", "Bromine", "20", 0),
    row(29, "乙撑亚胺", "Ethyleneimine (aziridine)", "20", 0),
    row(30, "异氰酸甲酯", "Methyl isocyanate", "0.75", 200),
    row(31, "叠氮化钡", "Barium azide", "0.5", 0),
    row(32, "叠氮化铅", "Lead azide", "0.5", 0),
    row(33, "雷汞", "Mercury fulminate", "0.5", 0),
    row(34, "三硝基苯甲醚", "Trinitroanisole", "5", 0),
    row(35, "2,4,6-三硝基甲苯", "2,4,6-Trinitrotoluene (TNT)", "5", 0),
    row(36, "硝化甘油", "Nitroglycerin", "1", 0),
    mix(37, "硝化纤维素[干的或含水(或乙醇)<25%]", "Nitrocellulose [dry or with <25% water (or ethanol)]", "1", 0),
    mix(38, "硝化纤维素(未改型的,或增塑的,含增塑剂<18%)", "Nitrocellulose (unmodified, or plasticized with <18% plasticizer)", "1", 0),
    mix(39, "硝化纤维素(含乙醇≥25%)", "Nitrocellulose (ethanol >=25%)", "10", 0),
    mix(40, "硝化纤维素(含氮≤12.6%)", "Nitrocellulose (nitrogen <=12.6%)", "50", 0),
    mix(41, "硝化纤维素(含水≥25%)", "Nitrocellulose (water >=25%)", "50", 0),
    mix(42, "硝化纤维素溶液(含氮量≤12.6%,含硝化纤维素≤55%)", "Nitrocellulose solution (nitrogen <=12.6%, nitrocellulose <=55%)", "50", 0),
    mix(43, "硝酸铵(含可燃物>0.2%,包括以碳计算的任何有机物,但不包括任何其他添加剂)", "Ammonium nitrate (combustible matter >0.2%)", "5", 0),
    mix(44, "硝酸铵(含可燃物≤0.2%)", "Ammonium nitrate (combustible matter <=0.2%)", "50", 0),
    mix(45, "硝酸铵肥料(含可燃物≤0.4%)", "Ammonium nitrate fertilizer (combustible matter <=0.4%)", "200", 0),
    row(46, "硝酸钾", "Potassium nitrate", "1000", 0),
    row(47, "1,3-丁二烯", "1,3-Butadiene", "5", 0),
    row(48, "二甲醚", "Dimethyl ether", "50", 0),
    mix(49, "甲烷,天然气", "Methane; natural gas", "50", 0),
    row(50, "氯乙烯", "Vinyl chloride", "50", 0),
    row(51, "氢", "Hydrogen", "5", 0),
    mix(52, "液化石油气(含丙烷、丁烷及其混合物)", "Liquefied petroleum gas (incl. propane, butane and mixtures)", "50", 0),
    row(53, "一甲胺", "Methylamine", "5", 0),
    row(54, "乙炔", "Acetylene", "1", 0),
    row(55, "乙烯", "Ethylene", "50", 0),
    row(56, "氧(压缩的或液化的)", "Oxygen (compressed or liquefied)", "200", 0),
    row(57, "苯", "Benzene", "50", 0),
    row(58, "苯乙烯", "Styrene", "500", 0),
    row(59, "丙酮", "Acetone", "500", 0),
    row(60, "2-丙烯腈", "Acrylonitrile", "50", 0),
    row(61, "二硫化碳", "Carbon disulfide", "50", 0),
    row(62, "环己烷", "Cyclohexane", "500", 0),
    row(63, "1,2-环氧丙烷", "Propylene oxide", "10", 0),
    row(64, "甲苯", "Toluene", "500", 0),
    row(65, "甲醇", "Methanol", "500", 0),
    mix(66, "汽油(乙醇汽油、甲醇汽油)", "Gasoline (incl. ethanol gasoline, methanol gasoline)", "200", 0),
    row(67, "乙醇", "Ethanol", "500", 0),
    row(68, "乙醚", "Diethyl ether", "10", 0),
    row(69, "乙酸乙酯", "Ethyl acetate", "500", 0),
    row(70, "正己烷", "n-Hexane", "500", 0),
    row(71, "过乙酸", "Peracetic acid", "10", 0),
    mix(72, "过氧化甲基乙基酮(10%<有效氧含量≤10.7%,含A型稀释剂≥48%)", "Methyl ethyl ketone peroxide (10%<available oxygen<=10.7%, diluent type A >=48%)", "10", 0),
    row(73, "白磷", "White (yellow) phosphorus", "50", 0),
    row(74, "烷基铝", "Aluminium alkyls", "1", 0),
    row(75, "戊硼烷", "Pentaborane", "1", 0),
    row(76, "过氧化钾", "Potassium peroxide", "20", 0),
    row(77, "过氧化钠", "Sodium peroxide", "20", 0),
    row(78, "氯酸钾", "Potassium chlorate", "100", 0),
    row(79, "氯酸钠", "Sodium chlorate", "100", 0),
    mix(80, "发烟硝酸", "Fuming nitric acid", "20", 0),
    mix(81, "硝酸(发红烟的除外,含硝酸>70%)", "Nitric acid (other than red fuming, >70% nitric acid)", "100", 0),
    row(82, "硝酸胍", "Guanidine nitrate", "50", 0),
    row(83, "碳化钙", "Calcium carbide", "100", 0),
    row(84, "钾", "Potassium", "1", 0),
    row(85, "钠", "Sodium", "10", 0),
];

/// Tables 2 and 4: symbol, Q, β in tenths.
#[rustfmt::skip]
pub static CLASSES: [Class; 24] = [
    class("J1", "5", 40),
    class("J2", "50", 10),
    class("J3", "50", 20),
    class("J4", "50", 20),
    class("J5", "500", 10),
    class("W1.1", "1", 20),
    class("W1.2", "10", 20),
    class("W1.3", "50", 20),
    class("W2", "10", 15),
    class("W3", "150", 10),
    class("W4", "50", 10),
    class("W5.1", "10", 15),
    class("W5.2", "50", 10),
    class("W5.3", "1000", 10),
    class("W5.4", "5000", 10),
    class("W6.1", "10", 15),
    class("W6.2", "50", 10),
    class("W7.1", "10", 15),
    class("W7.2", "50", 10),
    class("W8", "50", 10),
    class("W9.1", "50", 10),
    class("W9.2", "200", 10),
    class("W10", "200", 10),
    class("W11", "200", 10),
];

/// Smallest and largest β of table 4, in tenths.
pub(super) const BETA_RANGE: (u8, u8) = (10, 40);

/// Table 5: α in tenths for the permanent residents within 500 m.
#[must_use]
pub const fn alpha_tenths(residents: u64) -> u8 {
    match residents {
        0 => 5,
        1..=29 => 10,
        30..=49 => 12,
        50..=99 => 15,
        100.. => 20,
    }
}

/// The row of table 5 that [`alpha_tenths`] took.
pub(super) const fn alpha_row(alpha_tenths: u8) -> &'static str {
    match alpha_tenths {
        5 => "0",
        10 => "1–29",
        12 => "30–49",
        15 => "50–99",
        _ => "≥ 100",
    }
}

/// Smallest and largest α of table 5, in tenths.
pub(super) const ALPHA_RANGE: (u8, u8) = (5, 20);

/// Table 6: the grade of `num / den`; 1 is the most severe. Only for S ≥ 1.
/// `None` when a hundred times `den` leaves the range.
#[must_use]
pub const fn grade_of(num: i128, den: i128) -> Option<u8> {
    let (Some(ten), Some(fifty), Some(hundred)) = (
        den.checked_mul(10),
        den.checked_mul(50),
        den.checked_mul(100),
    ) else {
        return None;
    };
    Some(if num >= hundred {
        1
    } else if num >= fifty {
        2
    } else if num >= ten {
        3
    } else {
        4
    })
}

/// The name of a grade and its line of table 6.
#[must_use]
pub const fn grade_name(grade: u8) -> (&'static str, &'static str) {
    match grade {
        1 => ("一级", "R ≥ 100"),
        2 => ("二级", "50 ≤ R < 100"),
        3 => ("三级", "10 ≤ R < 50"),
        4 => ("四级", "R < 10"),
        _ => ("无", "S < 1"),
    }
}
