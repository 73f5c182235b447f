//! Calculations line by line, as an officer follows them by hand, and scores.

use anjian_model::{Identification, Score, ScoreItem};
use annotate_snippets::{Level, normalize_untrusted_str};
use unicode_width::UnicodeWidthStr;

use super::Human;
use crate::Checker;
use crate::assemble::item_name;

impl Human {
    pub(super) fn working(
        &self,
        checker: &Checker,
        identification: &Identification,
        out: &mut Vec<u8>,
    ) {
        let lang = self.lang;
        let name = item_name(&identification.item);
        let result = lang.of(&identification.result);
        // What is said of the whole filing has no item.
        let title = match lang.of(&name) {
            "" => result.to_owned(),
            name => format!("{name}{}{result}", lang.pick("：", ": ")),
        };
        let title = Level::INFO
            .with_name(lang.pick("计算", "working"))
            .primary_title(title)
            .id(identification.rule.as_str());
        let group = annotate_snippets::Group::with_title(title);
        out.extend_from_slice(self.renderer.render(&[group]).as_bytes());
        out.push(b'\n');
        let rows: Vec<[String; 3]> = identification
            .steps
            .iter()
            .map(|step| {
                [
                    step.clause.clone(),
                    lang.of(&step.label).to_owned(),
                    step.formula.clone(),
                ]
            })
            .collect();
        table(out, &rows);
        let cited = checker.instrument(&identification.rule).map_or_else(
            || identification.instrument.clone(),
            |found| format!("{} {}", lang.of(&found.title), found.number),
        );
        let basis = format!("   = {}: {cited}\n\n", lang.pick("依据", "basis"));
        out.extend_from_slice(basis.as_bytes());
    }

    pub(super) fn score(&self, score: &Score, out: &mut Vec<u8>) {
        let lang = self.lang;
        let text = format!(
            "{}{}{} / {}",
            lang.of(&score.title),
            lang.pick("：", ": "),
            score.points,
            score.maximum
        );
        let title = Level::INFO
            .with_name(lang.pick("评分", "score"))
            .primary_title(text)
            .id(score.rule.as_str());
        let group = annotate_snippets::Group::with_title(title);
        out.extend_from_slice(self.renderer.render(&[group]).as_bytes());
        out.push(b'\n');
        // What cost most comes first, what added points last.
        let mut items: Vec<&ScoreItem> = score.items.iter().collect();
        items.sort_by(|a, b| {
            let points = |item: &ScoreItem| item.points.parse::<f64>().unwrap_or_default();
            points(a).total_cmp(&points(b))
        });
        let rows: Vec<[String; 3]> = items
            .into_iter()
            .map(|item| {
                let adds = !item.points.starts_with('-') && item.points != "0";
                let sign = if adds { "+" } else { "" };
                [
                    format!("{sign}{}", item.points),
                    lang.of(&item.label).to_owned(),
                    String::new(),
                ]
            })
            .collect();
        table(out, &rows);
        out.push(b'\n');
    }
}

/// Rows with their columns below each other. Labels may repeat what was
/// filed, and a filing must not steer the terminal.
fn table(out: &mut Vec<u8>, rows: &[[String; 3]]) {
    let clean = |row: &[String; 3]| row.each_ref().map(|cell| normalize_untrusted_str(cell));
    let rows: Vec<[String; 3]> = rows.iter().map(clean).collect();
    let mut widths = [0; 3];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    for row in &rows {
        let mut line = String::from("   |");
        for (width, cell) in widths.iter().zip(row) {
            line.push_str("  ");
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width()));
        }
        out.extend_from_slice(line.trim_end().as_bytes());
        out.push(b'\n');
    }
}
