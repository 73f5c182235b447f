//! `anjian check`.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anjian_check::formats::names::count;
use anjian_check::formats::{Format, Human, Json, Lang, Ndjson, Sarif};
use anjian_check::input::Inputs;
use anjian_check::{Options, Ran, run as run_all};

use crate::args::{CheckArgs, ReportFormat};
use crate::exit::{Error, Status};
use crate::hand::Hand;
use crate::output::{Output, Progress, colour};

pub fn run(args: &CheckArgs) -> Result<Status, Error> {
    let options = Options {
        as_of: args.as_of,
        all: args.all,
    };
    let lang = args.lang.get();
    let progress = Progress::new(lang);
    let hand = Hand::load(
        &args.plugins.folders,
        Some(&args.profile),
        options,
        &progress,
    )?;
    if hand.checker.plugins().len() == 0 {
        return Ok(Status::Plugin);
    }
    let mut output = Output::open(args.output.as_deref(), &progress)?;
    let stop = stop_on_interrupt();
    let format = format(args, lang);
    let mut inputs = Inputs::new(args.paths.iter().cloned()).with_stop(Arc::clone(&stop));
    if let Some(output) = &args.output {
        inputs = inputs.except(output);
    }
    let jobs = args.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|cause| Error::Threads {
            jobs,
            cause: cause.to_string(),
        })?;
    let checker = &hand.checker;
    progress.checking();
    let ran = pool.install(|| {
        run_all(checker, inputs, &*format, &mut output, &stop, |tally| {
            progress.show(tally);
        })
    });
    progress.done();
    let Ran { tally, interrupted } = ran?;
    if interrupted {
        let filings = tally.summary.filings;
        let major = tally.summary.major_hazards;
        anstream::eprintln!(
            "anjian: {}",
            lang.pick(
                format!("已中断；此前 {filings} 份申报已检查并写出，重大事故隐患 {major} 项"),
                format!(
                    "interrupted; {} before were checked and written, with {}",
                    count(filings, "filing", "filings"),
                    count(major, "major hazard", "major hazards"),
                ),
            )
        );
        return Ok(Status::Interrupted);
    }
    Ok(Status::of_check(&tally, hand.refused, args.fail_on))
}

fn format(args: &CheckArgs, lang: Lang) -> Box<dyn Format> {
    match args.format {
        ReportFormat::Human => {
            let colour = args.output.is_none() && colour();
            Box::new(Human::new(lang, colour))
        }
        ReportFormat::Json => Box::new(Json),
        ReportFormat::Ndjson => Box::new(Ndjson),
        ReportFormat::Sarif => Box::new(Sarif { lang }),
    }
}

/// The first interruption ends the run in order, the second at once.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let handler = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(Status::Interrupted as u8));
        }
    });
    if let Err(error) = handler {
        anstream::eprintln!("anjian: an interruption will lose what is not written yet: {error}");
    }
    stop
}
