//! Units of quantities: `t`, `m3`, `t/m3`, `%`. Just enough to refuse a
//! comparison of metres with tonnes and to multiply a volume by a density.

use std::collections::BTreeMap;

/// For people.
pub fn shown(unit: &str) -> &str {
    if unit.is_empty() { "no unit" } else { unit }
}

/// The unit of a product.
pub fn product(a: &str, b: &str) -> String {
    let mut powers: BTreeMap<&str, i32> = BTreeMap::new();
    for unit in [a, b] {
        for (n, side) in unit.split('/').enumerate() {
            for name in side
                .split('·')
                .filter(|name| !name.is_empty() && *name != "1")
            {
                *powers.entry(name).or_default() += if n == 0 { 1 } else { -1 };
            }
        }
    }
    let side = |positive: bool| {
        let names: Vec<&str> = powers
            .iter()
            .filter(|(_, power)| **power != 0 && (**power > 0) == positive)
            .flat_map(|(name, power)| std::iter::repeat_n(*name, power.unsigned_abs() as usize))
            .collect();
        names.join("·")
    };
    match (side(true), side(false)) {
        (above, below) if below.is_empty() => above,
        (above, below) if above.is_empty() => format!("1/{below}"),
        (above, below) => format!("{above}/{below}"),
    }
}

#[cfg(test)]
mod tests {
    use super::product;

    #[test]
    fn products() {
        for (a, b, expect) in [
            ("m3", "t/m3", "t"),
            ("t", "", "t"),
            ("", "", ""),
            ("m", "m", "m·m"),
            ("1/h", "h", ""),
            ("t", "1/h", "t/h"),
        ] {
            assert_eq!(product(a, b), expect, "{a} × {b}");
        }
    }
}
