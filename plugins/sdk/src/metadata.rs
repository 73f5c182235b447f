//! What a plugin says of itself, as constants in the data section.

use crate::contract as wit;

/// Chinese and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextMeta {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl From<TextMeta> for wit::Text {
    fn from(text: TextMeta) -> Self {
        wit::Text {
            zh: text.zh.into(),
            en: text.en.into(),
        }
    }
}

/// See `instrument` in the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct InstrumentMeta {
    pub key: &'static str,
    pub title: TextMeta,
    pub number: &'static str,
    pub issuer: &'static str,
}

/// See `rule` in the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct RuleMeta {
    pub id: &'static str,
    pub instrument: &'static str,
    pub clause: &'static str,
    pub title: TextMeta,
    pub kind: wit::Kind,
    pub severity: wit::Severity,
    pub confidence: wit::Confidence,
    pub in_force_from: Option<&'static str>,
    pub in_force_to: Option<&'static str>,
    pub in_force_by: wit::InForceBy,
    pub facts: &'static [&'static str],
}

/// See `section` in the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct SectionMeta {
    pub name: &'static str,
    pub schema: &'static str,
}

/// See `page` in the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct PageMeta {
    pub body: TextMeta,
    pub each: &'static str,
    pub applies: &'static str,
    pub violated: &'static str,
    pub undetermined: &'static str,
    pub examples: &'static [ExampleMeta],
}

/// See `example` in the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct ExampleMeta {
    pub reference_date: &'static str,
    /// The section's content.
    pub section: &'static str,
    pub outcome: wit::Outcome,
    pub missing: &'static [&'static str],
}

/// A whole plugin.
#[derive(Debug)]
#[expect(missing_docs, reason = "named like the contract's members")]
pub struct PluginMeta {
    pub id: &'static str,
    pub version: &'static str,
    pub title: TextMeta,
    pub sections: &'static [SectionMeta],
    pub instruments: &'static [InstrumentMeta],
    pub rules: &'static [RuleMeta],
    /// In the order of `rules`.
    pub pages: &'static [PageMeta],
}

/// The contract's `describe`.
pub fn describe(plugin: &PluginMeta) -> wit::Description {
    wit::Description {
        id: plugin.id.into(),
        version: plugin.version.into(),
        title: plugin.title.into(),
        sections: plugin
            .sections
            .iter()
            .map(|section| wit::Section {
                name: section.name.into(),
                schema: section.schema.into(),
            })
            .collect(),
        instruments: plugin
            .instruments
            .iter()
            .map(|instrument| wit::Instrument {
                key: instrument.key.into(),
                title: instrument.title.into(),
                number: instrument.number.into(),
                issuer: instrument.issuer.into(),
            })
            .collect(),
        rules: plugin.rules.iter().map(rule).collect(),
    }
}

fn rule(rule: &RuleMeta) -> wit::Rule {
    wit::Rule {
        id: rule.id.into(),
        instrument: rule.instrument.into(),
        clause: rule.clause.into(),
        title: rule.title.into(),
        kind: rule.kind,
        severity: rule.severity,
        confidence: rule.confidence,
        in_force_from: rule.in_force_from.map(Into::into),
        in_force_to: rule.in_force_to.map(Into::into),
        in_force_by: rule.in_force_by,
        facts: rule.facts.iter().map(|fact| String::from(*fact)).collect(),
    }
}

/// The contract's `explain`.
pub fn explain(plugin: &PluginMeta, id: &str) -> Option<wit::Page> {
    let index = plugin.rules.iter().position(|rule| rule.id == id)?;
    let page = plugin.pages.get(index)?;
    let section = plugin.sections.first()?.name;
    let whole = |example: &ExampleMeta| {
        [
            r#"{"filing_id":"example","reference_date":""#,
            example.reference_date,
            r#"","enterprise":{"name":"示例企业"},"sections":{""#,
            section,
            r#"":"#,
            example.section,
            "}}",
        ]
        .concat()
    };
    Some(wit::Page {
        body: page.body.into(),
        each: page.each.into(),
        applies: page.applies.into(),
        violated: page.violated.into(),
        undetermined: page.undetermined.into(),
        examples: page
            .examples
            .iter()
            .map(|example| wit::Example {
                filing: whole(example),
                outcome: example.outcome,
                missing: example
                    .missing
                    .iter()
                    .map(|fact| String::from(*fact))
                    .collect(),
            })
            .collect(),
    })
}
