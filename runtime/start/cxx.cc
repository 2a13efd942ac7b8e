// What gcc and the headers of libstdc++ call. Nothing here catches an exception: one that is thrown
// ends the program, as an exception that is not caught does with libstdc++.
#include <bits/functexcept.h>
#include <unwind.h>

#include <cstddef>
#include <cstdint>
#include <typeinfo>

#include "runtime/start/kernel.h"

namespace {

[[noreturn]] void broken(const char* text) {
  const char* const parts[] = {"oci-rt: internal error: ", text, "\n"};
  oci::start::die_with(parts, 3);
}

// "FILE:LINE: FUNCTION: Assertion 'CONDITION' failed."
[[noreturn]] void assertion_failed(const char* file, unsigned line, const char* function,
                                   const char* condition) {
  char digits[11];
  char* number = digits + sizeof digits - 1;
  *number = '\0';
  for (; line != 0; line /= 10)
    *--number = static_cast<char>('0' + line % 10);
  const char* const parts[] = {"oci-rt: ",      file,      ":",          number, ": ", function,
                               ": Assertion '", condition, "' failed.\n"};
  oci::start::die_with(parts, sizeof parts / sizeof *parts);
}

}  // namespace

namespace std {

void __throw_bad_alloc() {
  oci::start::die("out of memory");
}
void __throw_bad_array_new_length() {
  oci::start::die("out of memory");
}
void __throw_bad_function_call() {
  broken("bad_function_call");
}
void __throw_logic_error(const char* text) {
  broken(text);
}
void __throw_length_error(const char* text) {
  broken(text);
}
void __throw_out_of_range(const char* text) {
  broken(text);
}
void __throw_out_of_range_fmt(const char* text, ...) {
  broken(text);
}
void __throw_invalid_argument(const char* text) {
  broken(text);
}

#ifdef _GLIBCXX_ASSERTIONS
void __glibcxx_assert_fail(const char* file, int line, const char* function,
                           const char* condition) noexcept {
  assertion_failed(file, static_cast<unsigned>(line), function, condition);
}
#endif

}  // namespace std

extern "C" {

void* __dso_handle = nullptr;

void __stack_chk_fail() {
  oci::start::die("*** stack smashing detected ***: terminated");
}

void __chk_fail() {
  oci::start::die("*** buffer overflow detected ***: terminated");
}

void __assert_fail(const char* condition, const char* file, unsigned line, const char* function) {
  assertion_failed(file, line, function, condition);
}

void __cxa_pure_virtual() {
  broken("a pure virtual function was called");
}

// The program ends by exit_group(2). Its static objects hold nothing but memory.
int __cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}

// One thread: the first byte says whether the object is there.
int __cxa_guard_acquire(int64_t* guard) {
  return *reinterpret_cast<const char*>(guard) == 0;
}
void __cxa_guard_release(int64_t* guard) {
  *reinterpret_cast<char*>(guard) = 1;
}
void __cxa_guard_abort(int64_t*) {}

void* __cxa_allocate_exception(std::size_t) {
  alignas(16) static char place[256];  // the constructor of a standard exception needs less
  return place;
}
void __cxa_free_exception(void*) {}
void __cxa_throw(void*, std::type_info* type, void (*)(void*)) {
  broken(type->name());
}
void __cxa_rethrow() {
  broken("rethrow");
}
void* __cxa_begin_catch(void*) {
  broken("catch");
}
void __cxa_end_catch() {}
void _Unwind_Resume(_Unwind_Exception*) {
  broken("unwind");
}
_Unwind_Reason_Code __gxx_personality_v0(int, _Unwind_Action, uint64_t, _Unwind_Exception*,
                                         _Unwind_Context*) {
  broken("unwind");
}
// Link-time optimization gives this one to the function into which it joins all static
// constructors.
_Unwind_Reason_Code __gcc_personality_v0(int, _Unwind_Action, uint64_t, _Unwind_Exception*,
                                         _Unwind_Context*) {
  broken("unwind");
}

}  // extern "C"
