#include "runtime/seccomp/stub.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstddef>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/assembler.h"
#include "runtime/seccomp/emit.h"

namespace oci::seccomp {
namespace {

// On s390, call 0 carries numbers that do not fit into its instruction. If the kernel does not know
// the number, it stays 0.
bool hides_numbers(uint32_t audit) {
  return audit == AUDIT_ARCH_S390 || audit == AUDIT_ARCH_S390X;
}

const NewestCall* find(std::span<const NewestCall> newest, uint32_t audit, uint32_t number_bit) {
  for (const NewestCall& one : newest) {
    if (one.audit == audit && one.number_bit == number_bit) return &one;
  }
  return nullptr;
}

// For a number of this kind: kNewerCall, or continue with the filter.
Label compare(Assembler& out, const NewestCall* newest, Label filter) {
  if (newest == nullptr) return filter;
  const Label newer = out.ret(kNewerCall);
  return out.branch(BPF_JGT, newest->number | newest->number_bit, newer, filter);
}

}  // namespace

std::vector<sock_filter> with_stub(const std::vector<sock_filter>& filter,
                                   std::span<const NewestCall> newest) {
  Assembler out(filter.size() + newest.size() * 8);
  const Label start = out.append(filter);
  Label check = start;
  for (const NewestCall& one : newest) {
    const NewestCall* low = find(newest, one.audit, 0);
    if (one.number_bit != 0 && low != nullptr) continue;  // handled together with the other
    Label number = compare(out, low, start);
    if (one.audit == AUDIT_ARCH_X86_64) {
      const Label x32 = compare(out, find(newest, one.audit, kX32Bit), start);
      number = out.branch(BPF_JGE, kX32Bit, x32, number);
    }
    if (hides_numbers(one.audit)) {
      number = out.branch(BPF_JEQ, 0, out.ret(kNewerCall), number);
    }
    number = out.load(offsetof(seccomp_data, nr), kAll, number);
    check = out.branch(BPF_JEQ, one.audit, number, check);
  }
  const Label first = out.load(offsetof(seccomp_data, arch), kAll, check);
  return std::move(out).finish(first);
}

}  // namespace oci::seccomp
