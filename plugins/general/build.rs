//! The rows become `rules.rs`.
fn main() {
    anjian_rows::build();
}
