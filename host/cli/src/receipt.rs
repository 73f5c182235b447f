//! `anjian receipt`.

use std::io::Write;

use anjian_check::formats::Lang;
use anjian_runtime::{Engine, Limits};
use anjian_service::{Head, Log, Receipt, Replayed, replay};

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
            format,
        } => list(
            &log.list(*after, *limit, request.as_deref())?,
            *format,
            lang,
        ),
        ReceiptVerb::Show { id } => show(&log.receipt(*id)?),
        ReceiptVerb::Replay { id } => write_replay(&log, *id, lang),
    }
}

fn verify(log: &Log, heads: &[Head], lang: Lang) -> Result<Status, Error> {
    let mut known = heads.to_vec();
    known.extend(log.kept_head()?);
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
