//! Who judges: a plugin in its sandbox, or a double in tests.

use anjian_model::{Assessment, Description, Page, Request, Text};
use anjian_runtime::{Fault, Plugin, Refusal};

/// What can judge a filing. The pipeline knows plugins only through this, so
/// that everything around them is tested without a sandbox.
pub trait Judge: Send + Sync {
    /// What it says of itself.
    fn description(&self) -> &Description;

    /// Digest of its bytes.
    fn sha256(&self) -> &str;

    /// A rule's page; `None` for a rule that it does not have.
    ///
    /// # Errors
    /// When the plugin broke.
    fn explain(&self, rule: &str) -> Result<Option<Page>, Broken>;

    /// Its answer for a filing.
    ///
    /// # Errors
    /// When the plugin broke: nothing may be concluded.
    fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Broken>;

    /// Whether it can use local parameters.
    ///
    /// # Errors
    /// With the reason, for whoever set them.
    fn takes(&self, parameters: &[u8]) -> Result<(), String>;
}

/// Why a plugin gave no answer, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Broken(pub Text);

impl Judge for Plugin {
    fn description(&self) -> &Description {
        self.description()
    }

    fn sha256(&self) -> &str {
        self.sha256()
    }

    fn explain(&self, rule: &str) -> Result<Option<Page>, Broken> {
        self.explain(rule).map_err(Broken::from)
    }

    fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Broken> {
        self.evaluate(request).map_err(Broken::from)
    }

    /// The contract has no question of its own for this, and needs none: a plugin
    /// reads its parameters with every filing, so an empty one asks it.
    fn takes(&self, parameters: &[u8]) -> Result<(), String> {
        let asked = self.evaluate(Request {
            filing: b"{}",
            reference_date: ANY_DAY,
            submission_date: ANY_DAY,
            parameters,
        });
        match asked {
            Err(Fault::Refused(Refusal::BadParameters(reason))) => Err(reason),
            Err(fault @ Fault::InputExceeded { .. }) => Err(fault.to_string()),
            // Whatever else it has against an empty filing is another matter.
            _ => Ok(()),
        }
    }
}

const ANY_DAY: &str = "2026-01-01";

impl From<Fault> for Broken {
    /// The runtime speaks English to operators and authors. An officer needs to
    /// know what happened; the rest is for those.
    fn from(fault: Fault) -> Self {
        let what = match &fault {
            Fault::DeadlineExceeded { limit_ms } => format!("{limit_ms} 毫秒内没有给出结果"),
            Fault::MemoryExceeded { .. } => "内存用量超过上限".to_owned(),
            Fault::TableExceeded { .. } => "函数表超过上限".to_owned(),
            Fault::StackExceeded { .. } => "调用嵌套过深".to_owned(),
            Fault::OutputExceeded { .. } => "结果过大".to_owned(),
            Fault::InputExceeded {
                bytes, limit_bytes, ..
            } => format!("申报有 {bytes} 字节，超过插件可接收的 {limit_bytes} 字节，请拆分"),
            Fault::Trap { .. } => "插件崩溃".to_owned(),
            Fault::Nonsense(_) => "插件给出的结果自相矛盾".to_owned(),
            Fault::Refused(Refusal::UnreadableFiling(_)) => "插件读不懂这份申报".to_owned(),
            Fault::Refused(Refusal::BadDate(_)) => "插件读不懂日期".to_owned(),
            Fault::Refused(Refusal::BadParameters(_)) => "地方参数不可用".to_owned(),
            Fault::Refused(Refusal::OutOfRange(_)) => "有数字过大，无法精确计算".to_owned(),
            Fault::Host { .. } => "主机无法建立沙箱".to_owned(),
            _ => "插件出错".to_owned(),
        };
        Self(Text {
            zh: format!("{what}（{fault}）"),
            en: fault.to_string(),
        })
    }
}
