//! stub
#[derive(Debug, Default)]
pub struct Cache<'f> { pub x: std::marker::PhantomData<&'f ()> }
pub fn unit_is_major_hazard(_: &crate::Cx<'_>, _: &[usize], _: Option<&mut Vec<String>>) -> Option<bool> { None }
pub fn tank_farm_grade(_: &crate::Cx<'_>, _: &[usize], _: Option<&mut Vec<String>>) -> Option<i64> { None }
pub fn unit_has_key_process(_: &crate::Cx<'_>, _: &[usize], _: Option<&mut Vec<String>>) -> Option<bool> { None }
pub fn unit_has_key_chemical(_: &crate::Cx<'_>, _: &[usize], _: Option<&mut Vec<String>>) -> Option<bool> { None }
