//! Scores as constants of `anjian_sdk::score`.

use std::fmt::Write;

use rust_decimal::Decimal;

use super::{expr, meta, quoted};
use crate::book::Book;
use crate::rule::Rule;
use crate::tables::Bilingual;

/// `SCHEMES`.
pub fn write(book: &Book, code: &mut String) {
    let _ = writeln!(
        code,
        "/// Scores.\npub static SCHEMES: [sdk::score::Scheme; {}] = [",
        book.schemes.len()
    );
    for scheme in &book.schemes {
        let own = |item: &crate::scheme::Item| item.points.map(|points| points.0);
        let items = |list: &[crate::scheme::Item]| {
            let all: Vec<String> = list
                .iter()
                .map(|one| item(book, one.rule.get_ref(), own(one)))
                .collect();
            format!("&[{}]", all.join(", "))
        };
        // Also what a bonus would add that nobody earned is told.
        let bonus: Vec<String> = scheme
            .bonus
            .iter()
            .map(|one| {
                let id = one.rule.get_ref();
                item(book, id, own(one).or_else(|| literal(book, id)))
            })
            .collect();
        let groups: Vec<String> = scheme
            .group
            .iter()
            .map(|group| {
                format!(
                    "sdk::score::Group {{ title: {}, cap: {}, inherent: {}, items: {} }}",
                    text(&group.title),
                    expr::digits(group.cap.0),
                    group.inherent,
                    items(&group.items)
                )
            })
            .collect();
        let bands: Vec<String> = scheme
            .band
            .iter()
            .map(|band| {
                format!(
                    "sdk::score::Band {{ name: {}, from: {}, title: {} }}",
                    quoted(&band.name),
                    expr::digits(band.from.0),
                    text(&band.title)
                )
            })
            .collect();
        let (veto, veto_band) = match &scheme.veto {
            Some(veto) => (
                veto.rules
                    .iter()
                    .map(|id| item(book, id.get_ref(), None))
                    .collect::<Vec<_>>()
                    .join(", "),
                format!("Some({})", quoted(&veto.band)),
            ),
            None => (String::new(), "None".to_owned()),
        };
        let _ = writeln!(
            code,
            "    sdk::score::Scheme {{ rule: {}, title: {}, official: {}, total: {}, groups: &[{}], \
             bonus: &[{}], veto: &[{veto}], veto_band: {veto_band}, bands: &[{}] }},",
            index(book, scheme.rule.get_ref()),
            text(&scheme.title),
            scheme.official,
            expr::digits(scheme.total.0),
            groups.join(", "),
            bonus.join(", "),
            bands.join(", ")
        );
    }
    code.push_str("];\n\n");
}

fn text(text: &Bilingual) -> String {
    meta::text(&text.zh, &text.en)
}

fn index(book: &Book, id: &str) -> usize {
    // The reader has checked the ids.
    book.rules
        .iter()
        .position(|rule| rule.id() == id)
        .unwrap_or_default()
}

/// The points of a row that are the same for every filing.
fn literal(book: &Book, id: &str) -> Option<Decimal> {
    let rule = book.rule(id).filter(|rule| rule.each.is_empty())?;
    rule.points.as_ref()?.text.trim().parse().ok()
}

fn item(book: &Book, id: &str, points: Option<Decimal>) -> String {
    let index = index(book, id);
    let title = book.rules.get(index).map(|rule: &Rule| &rule.row.title);
    let points = points.map_or("None".to_owned(), |points| {
        format!("Some({})", expr::digits(points))
    });
    format!(
        "sdk::score::Item {{ rule: {index}, title: {}, points: {points} }}",
        title.map_or_else(String::new, text)
    )
}
