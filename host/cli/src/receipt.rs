//! `anjian receipt`.

use std::io::Write;
use std::path::Path;

use anjian_check::formats::Lang;
use anjian_runtime::{Engine, Limits};
use anjian_service::{Content, Head, Log, Receipt, Replayed, Wanted, replay};

use crate::args::{ListFormat, ReceiptArgs, ReceiptVerb};
use crate::exit::{Error, Status};
use crate::hand::cache;
use crate::rules::table;
use crate::serve::settings;

pub fn run(args: &ReceiptArgs) -> Result<Status, Error> {
    let log = Log::open(&settings(&args.config)?.data)?;
    let lang = args.lang.get();
    match &args.verb {
        ReceiptVerb::Verify { heads } => verify(&log, heads, lang),
        ReceiptVerb::List {
            after,
            limit,
            request,
            filing,
            plugin,
            format,
        } => {
            let wanted = Wanted {
                after: *after,
                limit: *limit,
                request: request.clone(),
                filing: filing.as_deref().map(digest).transpose()?,
                plugin: plugin.clone(),
                token: None,
            };
            list(&log.list(&wanted)?, *format, lang)
        }
        ReceiptVerb::Show { id } => show(&log.receipt(*id)?),
        ReceiptVerb::Replay { id } => write_replay(&log, *id, lang),
    }
}

/// As receipts name a filing.
fn digest(file: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(file).map_err(|cause| Error::Filing {
        file: file.to_owned(),
        cause,
    })?;
    Ok(Content::new(bytes).sha256().to_owned())
}

fn verify(log: &Log, heads: &[Head], lang: Lang) -> Result<Status, Error> {
    let mut known = heads.to_vec();
    known.extend(log.witness()?);
    let verified = log.verify(&known)?;
    let mut out = anstream::stdout().lock();
    let (receipts, head) = (verified.receipts, verified.head);
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("{receipts} 张凭证，均未被改动；末端 {head}"),
            format!("{receipts} receipts, none changed; the head is {head}"),
        )
    )?;
    if heads.is_empty() {
        anstream::eprintln!(
            "anjian: {}",
            lang.pick(
                "未给出另存的末端（--head）：若日志连同末端文件被整体重写，无从发现",
                "no head that was kept elsewhere was given (--head): a log that was written anew \
                 together with the file beside it is not found",
            )
        );
    }
    Ok(Status::Clean)
}

fn list(receipts: &[Receipt], format: ListFormat, lang: Lang) -> Result<Status, Error> {
    let mut out = anstream::stdout().lock();
    if format == ListFormat::Json {
        serde_json::to_writer_pretty(&mut out, receipts).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Status::Clean);
    }
    let columns = lang.pick(
        ["凭证", "时间", "令牌", "来源", "结论", "请求"],
        ["receipt", "time", "token", "source", "verdict", "request"],
    );
    let mut rows = vec![columns.map(str::to_owned).to_vec()];
    rows.extend(receipts.iter().map(|receipt| {
        vec![
            receipt.id.to_string(),
            receipt.judged_at.clone(),
            receipt.token.clone(),
            receipt.source.clone(),
            receipt.verdict.clone(),
            receipt.request.clone(),
        ]
    }));
    table(&mut out, &rows)?;
    Ok(Status::Clean)
}

fn show(receipt: &Receipt) -> Result<Status, Error> {
    let mut out = anstream::stdout().lock();
    serde_json::to_writer_pretty(&mut out, receipt).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(Status::Clean)
}

fn write_replay(log: &Log, id: i64, lang: Lang) -> Result<Status, Error> {
    let engine = Engine::with_cache(Limits::default(), cache())?;
    let Replayed {
        answer,
        receipt,
        same,
    } = replay(log, id, &engine)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&answer)?;
    out.flush()?;
    if same {
        return Ok(Status::Clean);
    }
    let engine = receipt.engine;
    anstream::eprintln!(
        "anjian: {}",
        lang.pick(
            format!("与当时的答复不同；当时的主机是 {engine}"),
            format!("these are not the bytes that were answered then, by {engine}"),
        )
    );
    Ok(Status::Findings)
}
