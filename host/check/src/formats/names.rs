//! What kinds, outcomes and the like are called.

use std::fmt::Display;

use anjian_model::{Confidence, Kind, Outcome, Severity};

use super::Lang;

/// What a violation means.
pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::MajorHazard => lang.pick("重大事故隐患", "major hazard"),
        Kind::Duty => lang.pick("法定义务", "duty"),
        Kind::Division => lang.pick("责任划分", "division of responsibility"),
        Kind::Consistency => lang.pick("前后一致", "consistency"),
        Kind::Advice => lang.pick("提示", "advice"),
        Kind::Identification => lang.pick("辨识计算", "identification"),
        Kind::Score => lang.pick("评分", "score"),
    }
}

/// Whose signatures of a profile hold.
pub fn signed_by(keys: &[String], lang: Lang) -> String {
    if keys.is_empty() {
        return lang
            .pick("未经签名核验", "no signature was verified")
            .to_owned();
    }
    let keys = keys.join(lang.pick("、", ", "));
    lang.pick(format!("由 {keys} 签名"), format!("signed by {keys}"))
}

/// How grave a violation is.
pub fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Critical => lang.pick("特别严重", "critical"),
        Severity::High => lang.pick("严重", "high"),
        Severity::Medium => lang.pick("中等", "medium"),
        Severity::Low => lang.pick("较低", "low"),
        Severity::Info => lang.pick("供参考", "for information"),
    }
}

/// How well the text behind a rule was confirmed.
pub fn confidence(confidence: Confidence, lang: Lang) -> &'static str {
    match confidence {
        Confidence::High => lang.pick("高", "high"),
        Confidence::Medium => lang.pick("中", "medium"),
        Confidence::Unverified => lang.pick("未核实", "unverified"),
    }
}

/// A unit of the schemas.
pub fn unit(unit: &str, lang: Lang) -> &str {
    let zh = match unit {
        "persons" => "人",
        "yuan" => "元",
        "years" => "年",
        "months" => "个月",
        "days" => "天",
        "h" => "小时",
        "min" => "分钟",
        other => other,
    };
    lang.pick(zh, unit)
}

/// A word to choose from, with what it means.
pub fn word(word: &str, means: &str, lang: Lang) -> String {
    if word == means {
        return word.to_owned();
    }
    lang.pick(format!("{means}（{word}）"), format!("{means} ({word})"))
}

/// What a rule says.
pub fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Failed => lang.pick("未能检查", "failed"),
        Outcome::Violated => lang.pick("违反", "violated"),
        Outcome::Undetermined => lang.pick("无法判定", "undetermined"),
        Outcome::Satisfied => lang.pick("符合", "satisfied"),
        Outcome::NotApplicable => lang.pick("不适用", "not applicable"),
    }
}

/// A number with its noun, in English; Chinese has one form for all numbers.
pub fn count(number: impl Display, one: &str, many: &str) -> String {
    let number = number.to_string();
    let noun = if number == "1" { one } else { many };
    format!("{number} {noun}")
}

/// Rules, in English.
pub fn rules(number: impl Display) -> String {
    count(number, "rule", "rules")
}
