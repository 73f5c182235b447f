//! The industry code, GB/T 4754-2017.

/// Sections with their first and last division.
const SECTIONS: [(char, u8, u8); 20] = [
    ('A', 1, 5),
    ('B', 6, 12),
    ('C', 13, 43),
    ('D', 44, 46),
    ('E', 47, 50),
    ('F', 51, 52),
    ('G', 53, 60),
    ('H', 61, 62),
    ('I', 63, 65),
    ('J', 66, 69),
    ('K', 70, 70),
    ('L', 71, 72),
    ('M', 73, 75),
    ('N', 76, 79),
    ('O', 80, 82),
    ('P', 83, 83),
    ('Q', 84, 85),
    ('R', 86, 90),
    ('S', 91, 96),
    ('T', 97, 97),
];

/// A code as filed: a letter or none, and two to four digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code<'c> {
    letter: Option<char>,
    digits: &'c str,
}

impl<'c> Code<'c> {
    pub(super) fn read(code: &'c str) -> Self {
        let letter = code.chars().next().filter(char::is_ascii_uppercase);
        let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
        Code { letter, digits }
    }

    fn division(self) -> Option<u8> {
        self.digits.get(..2)?.parse().ok()
    }

    pub(super) fn digits_num(self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or_default()
    }

    /// The division is one of the 97, under the letter if there is one.
    pub(super) fn division_exists(self) -> bool {
        self.division().is_some_and(|division| {
            SECTIONS.iter().any(|(section, from, to)| {
                (*from..=*to).contains(&division)
                    && self.letter.is_none_or(|letter| letter == *section)
            })
        })
    }

    /// Divisions 06 to 46 and 57, and group 594; a bare 59 cannot tell.
    pub(super) fn in_js140_trades(self) -> Option<bool> {
        match self.division()? {
            6..=46 | 57 => Some(true),
            59 => self.digits.chars().nth(2).map(|group| group == '4'),
            _ => Some(false),
        }
    }

    /// Whether the code is below a listed one: `5413`, `26` or `13-43`.
    fn is_below(self, listed: &str) -> Option<bool> {
        if let Some((from, to)) = listed.split_once('-') {
            let division = self.division()?;
            let (from, to): (u8, u8) = (from.parse().ok()?, to.parse().ok()?);
            return Some((from..=to).contains(&division));
        }
        if self.digits.starts_with(listed) {
            return Some(true);
        }
        // A shorter code may still turn out to be the listed one.
        (!listed.starts_with(self.digits)).then_some(false)
    }
}

/// The industry codes of a business type of the table of supervision.
pub(super) fn codes_of(business_type: &str) -> Option<&'static [&'static str]> {
    BUSINESS_TYPES
        .iter()
        .find(|(name, _)| *name == business_type)
        .map(|(_, codes)| *codes)
}

/// Whether one of the business types has the code; `None` when the code is
/// too short to tell.
pub(super) fn one_fits<'n>(types: impl Iterator<Item = &'n str>, code: Code<'_>) -> Option<bool> {
    let mut open = false;
    for listed in types.filter_map(codes_of).flatten() {
        match code.is_below(listed) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

/// Business types with industry codes; each by its full name and by the name
/// before the bracket.
static BUSINESS_TYPES: [(&str, &[&str]); 96] = [
    ("外卖平台（网络餐饮服务第三方平台）", &["6432", "6242"]),
    ("外卖平台", &["6432", "6242"]),
    ("电商等平台企业", &["6432"]),
    ("网络餐饮平台及第三方合作单位", &["6432", "6242"]),
    ("外卖电商平台、前置仓", &["6432", "5292", "5990"]),
    ("即时配送企业及站点", &["6242", "6090"]),
    ("即时配送平台（电动自行车要求）", &["6242", "6090"]),
    ("即时配送平台", &["6242", "6090"]),
    ("网约车平台公司", &["5413"]),
    ("网约车聚合平台", &["6432"]),
    ("网络货运承运平台", &["6431", "5431", "5439"]),
    ("货运信息撮合平台", &["6431"]),
    ("快递企业及分拨处理场所", &["6020"]),
    ("快递末端网点", &["6020"]),
    ("同城即时寄递", &["6090", "6242"]),
    (
        "直播电商平台、直播间运营者（经营行为）",
        &["6432", "5292", "6429"],
    ),
    ("直播电商平台、直播间运营者", &["6432", "5292", "6429"]),
    ("直播场所（场所安全）", &["6429", "5292"]),
    ("直播场所", &["6429", "5292"]),
    ("电子商务示范基地、电商园", &["7040", "6432"]),
    ("电商仓、物流仓储（非快递）", &["5920", "5990"]),
    ("电商仓、物流仓储", &["5920", "5990"]),
    ("冷库", &["5930"]),
    ("共享单车（互联网租赁自行车）", &["5414", "7119"]),
    ("共享单车", &["5414", "7119"]),
    ("共享单车停放", &["5414", "7119"]),
    ("共享电动自行车", &["5414", "7119"]),
    ("电动自行车生产", &["3770"]),
    ("电动自行车销售维修改装", &["5238"]),
    ("住宅小区电动自行车充电", &["7020"]),
    ("新能源汽车充换电站", &["5267"]),
    ("新能源汽车及动力电池制造", &["3612", "3841"]),
    ("电化学储能电站", &["4419", "4420"]),
    ("用户侧储能", &["4419"]),
    ("剧本娱乐（剧本杀、密室逃脱）", &["9019"]),
    ("剧本娱乐", &["9019"]),
    ("电竞酒店（未成年人）", &["6121", "6129", "6190"]),
    ("电竞酒店", &["6121", "6129", "6190"]),
    ("旅游民宿", &["6130"]),
    ("露营营地", &["6140"]),
    ("高风险旅游项目（滑道、观览车、滑索）", &["7869", "9090"]),
    ("高风险旅游项目", &["7869", "9090"]),
    ("高风险旅游项目（漂流、全地形车、攀岩）", &["7869", "9090"]),
    ("高风险旅游项目（玻璃桥建设）", &["7869"]),
    ("高风险旅游项目（玻璃栈道、滑道）", &["7869", "9090"]),
    ("旅游新业态", &["7869", "9030"]),
    ("新型演出场所（LiveHouse、演艺新空间）", &["8810", "9011"]),
    ("新型演出场所", &["8810", "9011"]),
    ("歌舞娱乐、电子游艺、上网服务", &["9011", "9012", "9013"]),
    ("网红、小型游乐设施（蹦床等）", &["9020", "9090", "9019"]),
    ("网红、小型游乐设施", &["9020", "9090", "9019"]),
    ("休闲农业、农家乐", &["9030", "6190"]),
    ("室内冰雪、滑雪场所", &["8921", "8930"]),
    (
        "高危险性体育项目（游泳、攀岩、潜水、滑雪）",
        &["8921", "8930"],
    ),
    ("高危险性体育项目", &["8921", "8930"]),
    ("学科类校外培训", &["8391", "8399"]),
    ("非学科类校外培训（科技）", &["8399"]),
    ("非学科类校外培训", &["8399", "8393", "8392"]),
    ("非学科类校外培训（文化艺术）", &["8393"]),
    ("非学科类校外培训（体育）", &["8392"]),
    ("托育机构、家庭托育点", &["8020"]),
    ("幼儿园", &["8310"]),
    ("月子中心", &["8053", "8090"]),
    ("养老机构", &["8514", "8512"]),
    ("宠物医院（动物诊疗机构）", &["8222"]),
    ("宠物医院", &["8222"]),
    ("宠物店（美容、寄养）", &["8221", "8223", "8224"]),
    ("宠物店", &["8221", "8223", "8224"]),
    ("医疗美容机构", &["8415", "8425"]),
    ("生活美容美发", &["8040"]),
    ("洗浴足浴", &["8051", "8052"]),
    ("餐饮单位（用气）", &["6210", "6220", "6291", "6242"]),
    ("餐饮单位", &["6210", "6220", "6291", "6242"]),
    ("商场超市、商业综合体", &["5211", "5212"]),
    (
        "无人驾驶装备（无人配送车、环卫、载货）",
        &["5439", "6020", "3962"],
    ),
    ("无人驾驶装备", &["5439", "6020", "3962"]),
    ("智能网联汽车载人（自动驾驶出租）", &["5413"]),
    ("智能网联汽车载人", &["5413"]),
    ("民用无人机、低空物流", &["5621", "5629", "6090", "3963"]),
    ("民用无人机（适飞空域飞行）", &["5621", "5629"]),
    ("民用无人机", &["5621", "5629"]),
    ("醇基液体燃料", &["5296", "5162"]),
    ("租赁厂房（厂中厂）出租方", &["7040"]),
    ("租赁厂房", &["7040"]),
    ("租赁厂房承租企业", &["13-43"]),
    ("租赁住房、群租", &["7040"]),
    // Beside the codes of the table of supervision: refining and coking, trade in
    // other chemicals, filling stations, oil and gas storage.
    (
        "危险化学品生产、经营、储存",
        &["26", "5942", "5162", "25", "5169", "5265", "5941"],
    ),
    ("港区内危险化学品储存", &["5942", "5532"]),
    ("危险货物道路运输", &["5435"]),
    (
        "工贸企业（冶金、有色、建材、机械、轻工、纺织、烟草、商贸）",
        &["13-43"],
    ),
    ("工贸企业", &["13-43"]),
    ("非煤矿山", &["08", "09", "10"]),
    ("建筑施工（房屋市政）", &["47", "48", "49", "50"]),
    ("建筑施工", &["47", "48", "49", "50"]),
    ("城镇燃气经营", &["4511", "4512", "5296"]),
    ("烟花爆竹经营", &["5199", "5299"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions() {
        for exists in [
            "01", "0111", "97", "C1310", "C4390", "D4411", "T9700", "313",
        ] {
            assert!(Code::read(exists).division_exists(), "{exists}");
        }
        for none in ["00", "9810", "C4411", "B1310", "A0610", "D47"] {
            assert!(!Code::read(none).division_exists(), "{none}");
        }
        assert_eq!(Code::read("C313").digits_num(), 3);
        assert_eq!(Code::read("3130").digits_num(), 4);
    }

    #[test]
    fn sections_follow_one_another() {
        let mut next = 1;
        for (section, from, to) in SECTIONS {
            assert_eq!(from, next, "{section}");
            next = to + 1;
        }
        assert_eq!(next, 98);
    }

    #[test]
    fn trades_of_the_risk_report() {
        let inside = |code| Code::read(code).in_js140_trades();
        for code in ["0610", "4690", "5700", "57", "C3130", "5942", "594"] {
            assert_eq!(inside(code), Some(true), "{code}");
        }
        for code in ["4710", "5930", "0511", "593"] {
            assert_eq!(inside(code), Some(false), "{code}");
        }
        assert_eq!(inside("59"), None);
    }

    #[test]
    fn business_types() {
        let fits = |types: &[&'static str], code| one_fits(types.iter().copied(), Code::read(code));
        assert_eq!(fits(&["网约车平台公司"], "5413"), Some(true));
        assert_eq!(fits(&["网约车平台公司"], "G5413"), Some(true));
        assert_eq!(fits(&["网约车平台公司"], "5412"), Some(false));
        assert_eq!(fits(&["网约车平台公司"], "54"), None);
        assert_eq!(fits(&["网约车平台公司", "冷库"], "5930"), Some(true));
        assert_eq!(fits(&["租赁厂房承租企业"], "1311"), Some(true));
        assert_eq!(fits(&["租赁厂房承租企业"], "4411"), Some(false));
        let hazchem = ["危险化学品生产、经营、储存"];
        for code in [
            "2511", "C2521", "2611", "5162", "5169", "5265", "5941", "5942",
        ] {
            assert_eq!(fits(&hazchem, code), Some(true), "{code}");
        }
        for code in ["2411", "2710", "5168", "5264", "5920"] {
            assert_eq!(fits(&hazchem, code), Some(false), "{code}");
        }
        assert_eq!(fits(&hazchem, "526"), None);
        assert!(codes_of("剧本娱乐").is_some());
        assert_eq!(codes_of("社会面小场所（九小场所）"), None);
        assert_eq!(codes_of("某业务"), None);
    }
}
