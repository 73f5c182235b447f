;; Grows its table, which no Rust source can say.
(module
  (memory (export "memory") 1)
  (table $functions 1 funcref)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
  (func (export "anjian:plugin/judge@0.1.0#describe") (result i32)
    (table.grow $functions (ref.null func) (i32.const 1000000)))
  (func (export "anjian:plugin/judge@0.1.0#explain") (param i32 i32) (result i32) unreachable)
  (func (export "anjian:plugin/judge@0.1.0#evaluate")
    (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable))
