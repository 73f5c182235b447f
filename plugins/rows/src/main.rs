//! The rule author's quick loop: `cargo run -q -p anjian-rows -- plugins/hazchem`
//! checks every row, page and fact and runs the examples with the interpreter.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anjian_rows::Book;
use anjian_rows::trial::{Trial, unknown};

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        eprintln!("usage: anjian-rows PLUGIN_FOLDER…, for example plugins/hazchem");
        return ExitCode::from(2);
    }
    let mut good = true;
    for folder in &folders {
        good &= look_at(folder);
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn look_at(folder: &Path) -> bool {
    let schemas = folder.join("../../schemas");
    let book = match Book::load(folder, &schemas) {
        Ok(book) => book,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("{}: mistakes: {}", folder.display(), problems.len());
            return false;
        }
    };
    let trial = Trial {
        book: &book,
        computed: &|_, _| unknown(),
    };
    let mut wrong = 0;
    let mut plain = Vec::new();
    let (mut judged, mut later) = (0, 0);
    for rule in &book.rules {
        if rule.reads_computed() {
            later += 1;
            continue;
        }
        judged += 1;
        plain.push(rule);
        for problem in trial.rule(rule) {
            wrong += 1;
            eprintln!("{problem}");
        }
    }
    if wrong == 0 {
        for problem in trial.names(&plain) {
            wrong += 1;
            eprintln!("{problem}");
        }
    }
    eprintln!(
        "{}: {judged} rows judged by the interpreter, mistakes: {wrong}; {later} rows read computed \
         values and are judged by `cargo test -p anjian-tests --test pages`",
        folder.display(),
    );
    wrong == 0
}
