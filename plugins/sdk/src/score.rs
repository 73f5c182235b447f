//! Scores: a scheme says what each rule's violation costs, and the rules'
//! outcomes say what it comes to. What could not be decided counts as if it
//! were violated, so that a score never rises by leaving a fact out.

use rust_decimal::Decimal;

use crate::TextMeta;
use crate::contract as wit;
use crate::judge::Out;
use crate::values::Range;

/// A scheme, as the build lays it down.
#[derive(Debug)]
pub struct Scheme {
    /// The rule that reports the score; where it does not apply there is none.
    pub rule: usize,
    /// For people.
    pub title: TextMeta,
    /// Whether an authority issued it; the others are examples.
    pub official: bool,
    /// Points without any deduction.
    pub total: Decimal,
    /// Deductions.
    pub groups: &'static [Group],
    /// What adds points.
    pub bonus: &'static [Item],
    /// Rules whose violation decides the band whatever the points.
    pub veto: &'static [Item],
    /// The band that they lead to.
    pub veto_band: Option<&'static str>,
    /// From the highest down.
    pub bands: &'static [Band],
}

impl Scheme {
    /// All rules that it counts.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        let groups = self.groups.iter().flat_map(|group| group.items);
        groups.chain(self.bonus).chain(self.veto)
    }
}

/// Items that share a number of points.
#[derive(Debug)]
pub struct Group {
    /// For people.
    pub title: TextMeta,
    /// Deductions of the group never exceed this.
    pub cap: Decimal,
    /// What the enterprise is rather than what it omits: never named among
    /// the improvements.
    pub inherent: bool,
    /// In the order of the scheme.
    pub items: &'static [Item],
}

/// A rule in a scheme.
#[derive(Debug)]
pub struct Item {
    /// Position in the description.
    pub rule: usize,
    /// The rule's title.
    pub title: TextMeta,
    /// What a violation costs; `None` where the row says it.
    pub points: Option<Decimal>,
}

/// Totals from here up have this name.
#[derive(Debug)]
pub struct Band {
    /// For machines.
    pub name: &'static str,
    /// The lowest total.
    pub from: Decimal,
    /// For people.
    pub title: TextMeta,
}

/// One line of the log.
struct Line {
    title: TextMeta,
    pointer: Option<String>,
    /// Taken off; negative adds.
    points: Decimal,
    known: bool,
}

impl Line {
    fn label(&self, capped: bool) -> wit::Text {
        let (mut zh, mut en) = (self.title.zh.to_owned(), self.title.en.to_owned());
        if !self.known {
            zh.push_str("（未能判定，按最不利计）");
            en.push_str(" (undetermined, counted as the worst case)");
        }
        if capped {
            zh.push_str("（本组扣满为止）");
            en.push_str(" (up to the group's cap)");
        }
        wit::Text { zh, en }
    }
}

/// Reports every scheme that applies.
pub fn score_all(schemes: &[Scheme], range: &Range, out: &mut Out) {
    for scheme in schemes {
        if out.outcome(scheme.rule) == Some(wit::Outcome::Satisfied)
            && range.keep(score(scheme, out)).is_none()
        {
            return;
        }
    }
}

/// `None` when the points cannot be added exactly.
fn score(scheme: &Scheme, out: &mut Out) -> Option<()> {
    let mut total = Bounds {
        worst: scheme.total,
        best: scheme.total,
    };
    let mut items = Vec::new();
    let mut steps = Vec::new();
    let mut raises: Vec<(Decimal, wit::Text)> = Vec::new();
    for group in scheme.groups {
        let lines: Vec<Line> = group
            .items
            .iter()
            .flat_map(|item| lines(item, out, group.cap))
            .collect();
        let mut sum = Decimal::ZERO;
        for line in &lines {
            let left = group.cap.checked_sub(sum)?.max(Decimal::ZERO);
            let taken = line.points.min(left);
            items.push(wit::ScoreItem {
                label: line.label(taken < line.points),
                points: taken
                    .checked_mul(Decimal::NEGATIVE_ONE)?
                    .normalize()
                    .to_string(),
                pointer: line.pointer.clone(),
            });
            sum = sum.checked_add(line.points)?;
        }
        let taken = sum.min(group.cap);
        for line in lines.iter().filter(|_| !group.inherent) {
            let without = sum.checked_sub(line.points)?.min(group.cap);
            let text = wit::Text {
                zh: format!("“{}”不再扣分可提高", line.title.zh),
                en: format!("no longer lost, this raises it: {}", line.title.en),
            };
            raises.push((taken.checked_sub(without)?, text));
        }
        let known = lines.iter().filter(|line| line.known);
        let known = known
            .map(|line| line.points)
            .try_fold(Decimal::ZERO, Decimal::checked_add)?;
        total.worst = total.worst.checked_sub(taken)?;
        total.best = total.best.checked_sub(known.min(group.cap))?;
        steps.push(wit::Step {
            clause: String::new(),
            label: group.title.into(),
            formula: format!(
                "{} - {} = {}",
                group.cap.normalize(),
                taken.normalize(),
                group.cap.checked_sub(taken)?.normalize()
            ),
            pointer: None,
        });
    }
    for item in scheme.bonus {
        if let Some(points) = unearned(item, out) {
            let text = wit::Text {
                zh: format!("得到加分“{}”可提高", item.title.zh),
                en: format!("if earned, this raises it: {}", item.title.en),
            };
            raises.push((Decimal::ZERO.checked_sub(points)?, text));
        }
        for line in lines(item, out, Decimal::ZERO) {
            total.best = total.best.checked_sub(line.points)?;
            // A bonus that could not be decided is none.
            if line.known {
                total.worst = total.worst.checked_sub(line.points)?;
                items.push(wit::ScoreItem {
                    label: line.label(false),
                    points: line
                        .points
                        .checked_mul(Decimal::NEGATIVE_ONE)?
                        .normalize()
                        .to_string(),
                    pointer: line.pointer,
                });
            }
        }
    }
    raises.retain(|(points, _)| *points > Decimal::ZERO);
    raises.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    for (points, label) in raises.into_iter().take(RAISES) {
        steps.push(wit::Step {
            clause: String::new(),
            label,
            formula: format!("+{}", points.normalize()),
            pointer: None,
        });
    }
    band(scheme, total, steps, out);
    out.scores.push(wit::Score {
        rule: u32::try_from(scheme.rule).ok()?,
        title: scheme.title.into(),
        points: total.worst.normalize().to_string(),
        maximum: scheme.total.normalize().to_string(),
        items,
    });
    Some(())
}

/// Improvements that are named.
const RAISES: usize = 5;

/// What a bonus would add that nothing earned: one that is not there, or not
/// decided. Where the points depend on facts, nobody can say.
fn unearned(item: &Item, out: &Out) -> Option<Decimal> {
    match out.outcome(item.rule)? {
        wit::Outcome::Satisfied => item.points,
        wit::Outcome::Undetermined => item
            .points
            .or(out.costs(item.rule).find_map(|cost| cost.points)),
        wit::Outcome::Violated | wit::Outcome::NotApplicable => None,
    }
}

/// What an item takes off: one line for each violated or undetermined verdict.
fn lines(item: &Item, out: &Out, cap: Decimal) -> Vec<Line> {
    out.costs(item.rule)
        .map(|cost| Line {
            title: item.title,
            pointer: cost.pointer.clone(),
            // What nobody can say is as much as the group has.
            points: item.points.or(cost.points).unwrap_or(cap),
            known: cost.outcome == wit::Outcome::Violated,
        })
        .collect()
}

/// What the points come to when everything undecided is against the
/// enterprise, and when it is for it.
#[derive(Clone, Copy)]
struct Bounds {
    worst: Decimal,
    best: Decimal,
}

fn band(scheme: &Scheme, total: Bounds, mut steps: Vec<wit::Step>, out: &mut Out) {
    let vetoes = |outcome: wit::Outcome| {
        let items = scheme.veto.iter();
        items
            .filter(|item| out.outcome(item.rule) == Some(outcome))
            .collect::<Vec<_>>()
    };
    let vetoed = vetoes(wit::Outcome::Violated);
    let open = vetoes(wit::Outcome::Undetermined);
    let of = |points: Decimal, vetoed: bool| {
        let found = if vetoed {
            let named = |band: &&Band| Some(band.name) == scheme.veto_band;
            scheme.bands.iter().find(named)
        } else {
            scheme.bands.iter().find(|band| points >= band.from)
        };
        found.or(scheme.bands.last())
    };
    let worst = of(total.worst, !vetoed.is_empty() || !open.is_empty());
    let (Some(worst), Some(best)) = (worst, of(total.best, !vetoed.is_empty())) else {
        return;
    };
    let decisive = [
        (&vetoed, "直接判定", "decides by itself"),
        (
            &open,
            "直接判定条件未能判定，按最不利计",
            "would decide by itself, undetermined, counted as the worst case",
        ),
    ];
    for (items, zh, en) in decisive {
        for item in items {
            steps.push(wit::Step {
                clause: String::new(),
                label: wit::Text {
                    zh: format!("{zh}：{}", item.title.zh),
                    en: format!("{en}: {}", item.title.en),
                },
                formula: String::from(worst.name),
                pointer: None,
            });
        }
    }
    let (least, most) = (total.worst.normalize(), total.best.normalize());
    let mut result = wit::Text {
        zh: format!("{least} 分，{}", worst.title.zh),
        en: format!("{least} points, {}", worst.title.en),
    };
    let mut values = vec![
        ("points".into(), least.to_string()),
        ("band".into(), worst.name.into()),
        (
            "official".into(),
            String::from(if scheme.official { "yes" } else { "no" }),
        ),
    ];
    if least != most || worst.name != best.name {
        result.zh.push_str(&format!(
            "（未定项按最不利计；全部有利时 {most} 分，{}）",
            best.title.zh
        ));
        result.en.push_str(&format!(
            " (open items counted as the worst case; {most} points, {}, if all are favourable)",
            best.title.en
        ));
        values.push(("points_at_best".into(), most.to_string()));
        values.push(("band_at_best".into(), best.name.into()));
    }
    out.identifications.push(wit::Identification {
        rule: u32::try_from(scheme.rule).unwrap_or_default(),
        pointer: String::new(),
        result,
        values,
        steps,
    });
}
