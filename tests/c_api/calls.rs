// The C interface from Rust, as a program without bindings would have it.

use std::ffi::{c_char, c_void, CStr};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

#[repr(C)]
struct Arena {
    _private: [u8; 0],
}

#[repr(C)]
#[derive(Default)]
struct Usage {
    struct_size: usize,
    reserved: usize,
    committed: usize,
    used: usize,
    slack: usize,
    peak: usize,
    lanes: usize,
    budget: usize,
    refused: usize,
    generation: u64,
    refills: u64,
    pages: u32,
    path: u32,
}

type Callback = extern "C" fn(*mut c_void);

#[repr(C)]
struct Options {
    struct_size: usize,
    capacity: usize,
    name: *const c_char,
    buffer: *mut c_void,
    buffer_bytes: usize,
    shard_count: usize,
    max_tlab_bytes: usize,
    lane_count: usize,
    budget: usize,
    soft_limit: usize,
    on_soft_limit: Option<extern "C" fn(*mut c_void, *const Usage)>,
    soft_limit_context: *mut c_void,
    prefault_bytes: usize,
    on_prefault: Option<extern "C" fn(*mut c_void, usize, usize)>,
    prefault_context: *mut c_void,
    quarantine: usize,
    numa_nodes: u64,
    numa: u32,
    pages: u32,
    flags: u32,
    reserved: u32,
}

extern "C" {
    fn memory_arena_create(options: *const Options, status: *mut i32) -> *mut Arena;
    fn memory_arena_destroy(arena: *mut Arena);
    fn memory_arena_allocate(
        arena: *mut Arena,
        bytes: usize,
        alignment: usize,
        status: *mut i32,
    ) -> *mut c_void;
    fn memory_arena_on_reset(arena: *mut Arena, callback: Option<Callback>, context: *mut c_void) -> i32;
    fn memory_arena_reset(arena: *mut Arena, keep: usize) -> i32;
    fn memory_arena_usage(arena: *const Arena, result: *mut Usage) -> i32;
    fn memory_arena_contains(arena: *const Arena, pointer: *const c_void) -> bool;
    fn memory_arena_name(arena: *const Arena) -> *const c_char;
}

const EXHAUSTED: i32 = 2;
const INVALID_ARGUMENT: i32 = 1;
const LANES_PER_CPU: u32 = 1;
const MEBIBYTE: usize = 1 << 20;

fn options(flags: u32) -> Options {
    Options {
        struct_size: std::mem::size_of::<Options>(),
        capacity: 16 * MEBIBYTE,
        name: b"rust\0".as_ptr().cast(),
        buffer: null_mut(),
        buffer_bytes: 0,
        shard_count: 0,
        max_tlab_bytes: 0,
        lane_count: 0,
        budget: 0,
        soft_limit: 0,
        on_soft_limit: None,
        soft_limit_context: null_mut(),
        prefault_bytes: 0,
        on_prefault: None,
        prefault_context: null_mut(),
        quarantine: 0,
        numa_nodes: 0,
        numa: 0,
        pages: 0,
        flags,
        reserved: 0,
    }
}

/// To be shared between threads, as the C interface allows.
#[derive(Clone, Copy)]
struct Shared(*mut Arena);
unsafe impl Send for Shared {}

impl Shared {
    fn new_object<T>(self, value: T) -> Option<&'static mut T> {
        unsafe {
            let place: *mut T = memory_arena_allocate(
                self.0,
                std::mem::size_of::<T>(),
                std::mem::align_of::<T>(),
                null_mut(),
            )
            .cast();
            if place.is_null() {
                return None;
            }
            place.write(value);
            Some(&mut *place)
        }
    }
}

#[repr(align(64))]
struct Line([u64; 8]);

static CALLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(context: *mut c_void) {
    CALLED.fetch_add(context as usize, Ordering::Relaxed);
}

fn check(flags: u32) {
    let mut status = -1;
    let arena = Shared(unsafe { memory_arena_create(&options(flags), &mut status) });
    assert!(!arena.0.is_null() && status == 0);
    assert_eq!(unsafe { CStr::from_ptr(memory_arena_name(arena.0)) }.to_str(), Ok("rust"));

    let threads: Vec<_> = (0..4u64)
        .map(|number| {
            thread::spawn(move || {
                let arena = arena;
                let lines: Vec<&mut Line> =
                    (0..2000).map(|_| arena.new_object(Line([number; 8])).unwrap()).collect();
                for line in &lines {
                    assert_eq!(*line as *const Line as usize % 64, 0);
                    assert_eq!(line.0, [number; 8]);
                    assert!(unsafe { memory_arena_contains(arena.0, line.0.as_ptr().cast()) });
                }
            })
        })
        .collect();
    for each in threads {
        each.join().unwrap();
    }

    unsafe {
        assert!(memory_arena_allocate(arena.0, usize::MAX, 8, &mut status).is_null());
        assert_eq!(status, EXHAUSTED);
        assert!(memory_arena_allocate(arena.0, 8, 3, &mut status).is_null());
        assert_eq!(status, INVALID_ARGUMENT);
        let before = CALLED.load(Ordering::Relaxed);
        assert_eq!(memory_arena_on_reset(arena.0, Some(count), 42 as *mut c_void), 0);
        assert_eq!(memory_arena_on_reset(arena.0, None, null_mut()), INVALID_ARGUMENT);
        let mut usage = Usage { struct_size: std::mem::size_of::<Usage>(), ..Default::default() };
        assert_eq!(memory_arena_usage(arena.0, &mut usage), 0);
        assert!(usage.used >= 8000 * 64 && usage.generation == 1 && usage.reserved == 16 * MEBIBYTE);
        assert_eq!(memory_arena_reset(arena.0, usize::MAX), 0);
        assert_eq!(CALLED.load(Ordering::Relaxed), before + 42);
        assert_eq!(memory_arena_usage(arena.0, &mut usage), 0);
        assert!(usage.used == 0 && usage.generation == 2);
        memory_arena_destroy(arena.0);
        assert!(memory_arena_create(null(), null_mut()).is_null());
    }
}

fn main() {
    check(0);
    check(LANES_PER_CPU);
    println!("rust: all fine");
}
