//! Whole filings: what the rules of the division say, with and without the
//! profile's own records, and how the answer is shown.

use anjian_general::rules::{evaluate, rule_index};
use anjian_sdk::contract::{Assessment, Outcome, Refusal, Request};

fn request(enterprise: &str, section: &str, parameters: &str) -> Request {
    let filing = format!(
        r#"{{"filing_id": "x", "reference_date": "2026-06-30", "enterprise": {{"name": "x", {enterprise}}},
        "sections": {{"general": {{{section}}}}}}}"#
    );
    Request {
        filing: filing.into_bytes(),
        reference_date: "2026-06-30".to_owned(),
        submission_date: "2026-06-30".to_owned(),
        parameters: parameters.as_bytes().to_vec(),
    }
}

fn judged(enterprise: &str, section: &str, parameters: &str) -> Result<Assessment, Refusal> {
    evaluate(&request(enterprise, section, parameters))
}

/// A profile whose record for takeaway platforms in Changzhou has this confidence.
fn profile(confidence: &str) -> String {
    format!(
        r#"{{"division": {{"records": [{{"type": "takeaway_platform", "region": "3204",
        "lead": {{"zh": "商务局", "en": "commerce bureau"}}, "co": [],
        "local": {{"zh": "属地镇街（园区）", "en": "town"}}, "source": "document",
        "basis": "常政办发〔2026〕900号", "basis_en": "no. 900", "from": null, "to": null,
        "confidence": "{confidence}"}}]}}}}"#
    )
}

#[test]
fn unverified_records_never_lead_to_more_than_advice() {
    const FILED: &str = r#""business_types": ["外卖平台"], "region_code": "320411""#;
    use Outcome::{NotApplicable, Satisfied, Violated};
    for (parameters, declared, lead, low) in [
        (String::new(), "商务局", NotApplicable, Violated),
        (String::new(), "市监局", NotApplicable, Satisfied),
        (profile("unverified"), "市监局", NotApplicable, Violated),
        (profile("medium"), "市监局", Violated, NotApplicable),
        (profile("medium"), "常州市商务局", Satisfied, NotApplicable),
    ] {
        let enterprise = format!(r#"{FILED}, "declared_department": "{declared}""#);
        let said = judged(&enterprise, "", &parameters).unwrap().outcomes;
        let of = (
            said[rule_index::DIVISION_DECLARED_LEAD],
            said[rule_index::DIVISION_DECLARED_LOW],
        );
        assert_eq!(of, (lead, low), "{parameters} {declared}");
    }
}

#[test]
fn an_expected_lead_is_shown_with_its_basis() {
    let said = judged(
        r#""business_types": ["网约车", "快递", "网约车平台"], "region_code": "320411",
        "declared_department": "应急管理局""#,
        "",
        "",
    )
    .unwrap();
    let rule = u32::try_from(rule_index::DIVISION_DECLARED_LEAD).unwrap();
    let finding = said.findings.iter().find(|of| of.rule == rule).unwrap();
    let expected: Vec<&str> = finding
        .evidence
        .iter()
        .filter_map(|of| of.computed.as_ref())
        .filter(|of| of.name == "division_expected_lead")
        .map(|of| of.value.as_str())
        .collect();
    let [expected] = expected.as_slice() else {
        panic!("{finding:?}")
    };
    assert!(
        expected.starts_with("交通运输局（依据：网络预约"),
        "{expected}"
    );
    assert_eq!(expected.matches("（依据：").count(), 2, "{expected}");
}

#[test]
fn broken_parameters_are_refused() {
    let filed = r#""business_types": ["网约车"], "region_code": "320411""#;
    for broken in ["[]", "x", r#"{"division": 1}"#, &profile("sure")] {
        let refusal = evaluate(&request(filed, "", broken)).unwrap_err();
        assert!(matches!(refusal, Refusal::BadParameters(_)), "{refusal:?}");
    }
}

#[test]
fn the_answer_is_shown_for_each_business() {
    let said = judged(
        r#""business_types": ["网约车", "外卖平台", "月子中心", "宠物店", "机器人陪练馆", "快递", "厂房出租"],
        "region_code": "320411005", "local_government": "三井街道", "division_cases": [
        {"business_type": "快递", "state": "in_negotiation", "since_on": "2026-05-06"}]"#,
        "",
        "",
    ).unwrap();
    let shown: Vec<(&str, &str)> = said
        .identifications
        .iter()
        .map(|of| (of.pointer.as_str(), of.result.zh.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "/enterprise/business_types/0",
                "网约车：由交通运输局主管（已明确）"
            ),
            (
                "/enterprise/business_types/1",
                "外卖平台：按全国默认，由市场监督管理局主管，未持有本地文件"
            ),
            (
                "/enterprise/business_types/2",
                "月子中心：无唯一牵头部门；建议比照托育机构，由卫生健康委员会主管，须经政府确定"
            ),
            (
                "/enterprise/business_types/3",
                "宠物店：无唯一牵头部门；建议比照宠物医院（动物诊疗机构），由农业农村局主管，须经政府确定"
            ),
            (
                "/enterprise/business_types/4",
                "机器人陪练馆：没有明确的主管部门，由县级以上政府确定"
            ),
            (
                "/enterprise/business_types/5",
                "快递：无唯一牵头部门：自2026-05-06起协商中"
            ),
            (
                "/enterprise/business_types/6",
                "厂房出租：按未经核实的记录，由应急管理局主管，未持有本地文件"
            ),
        ]
    );
    let ride = &said.identifications[0];
    let value = |name: &str| {
        let found = ride.values.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("lead"), Some("交通运输局"));
    assert_eq!(value("state"), Some("assigned"));
    assert_eq!(value("confidence"), Some("medium"));
    assert_eq!(value("region"), Some("000000"));
    assert!(value("basis").is_some_and(|basis| basis.starts_with("网络预约出租汽车")));
    assert!(
        ride.steps
            .iter()
            .any(|step| step.label.zh == "属地：三井街道")
    );
    assert!(
        ride.steps
            .iter()
            .any(|step| step.label.zh.starts_with("配合部门：公安局、"))
    );
    assert!(
        ride.steps
            .iter()
            .any(|step| step.label.zh.starts_with("采用："))
    );
    let reports_to = |at: usize| {
        let mut values = said.identifications[at].values.iter();
        values
            .find(|(of, _)| of == "reports_to")
            .map(|(_, to)| to.as_str())
    };
    assert_eq!(reports_to(0), None);
    for open in 1..7 {
        assert_eq!(reports_to(open), Some("三井街道、应急管理局"), "{open}");
    }
    let lead = |at: usize| {
        said.identifications[at]
            .values
            .iter()
            .any(|(of, _)| of == "lead")
    };
    assert!([2, 3, 4, 5].into_iter().all(|at| !lead(at)));
}

#[test]
fn without_a_region_it_stays_open() {
    let said = judged(r#""business_types": ["网约车"]"#, "", "").unwrap();
    assert!(said.identifications.is_empty());
    for rule in [rule_index::DIVISION_RESOLVE, rule_index::WORKSAFETY_3] {
        assert_eq!(said.outcomes[rule], Outcome::Undetermined);
    }
    let rule = u32::try_from(rule_index::WORKSAFETY_3).unwrap();
    let finding = said.findings.iter().find(|of| of.rule == rule).unwrap();
    assert_eq!(finding.missing, ["/enterprise/region_code"]);
}

#[test]
fn what_was_filed_at_length_is_shown_short() {
    let long = "网".repeat(100_000);
    let filed = format!(r#""business_types": ["{long}"], "region_code": "320411""#);
    let said = judged(&filed, "", "").unwrap();
    assert!(said.identifications[0].result.zh.len() < 1000);
}
