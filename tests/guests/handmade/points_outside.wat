;; Says that its id lies outside its memory.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\f0\ff\ff\ff\64\00\00\00")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
  (func (export "anjian:plugin/judge@0.1.0#describe") (result i32) i32.const 16)
  (func (export "anjian:plugin/judge@0.1.0#explain") (param i32 i32) (result i32) unreachable)
  (func (export "anjian:plugin/judge@0.1.0#evaluate")
    (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable))
