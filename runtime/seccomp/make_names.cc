// Build-time program: writes names.inc, the table of runtime/seccomp/names.h, from libseccomp's
// table.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/names.h"
#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

using Numbers = std::vector<int>;  // one for each ABI of kAbis

// libseccomp has one table for all architectures: enumerating the numbers and pseudo numbers of any
// of them gives every name.
constexpr int kLowestPseudoNumber = -12000;
constexpr int kHighestNumber = 1200;

std::string name_of(const Abi& abi, int number) {
  char* text = seccomp_syscall_resolve_num_arch(abi.scmp, number);
  std::string name = text == nullptr ? "" : text;
  free(text);
  return name;
}

void note(const Abi& abi, int number, std::map<std::string, Numbers>& rows) {
  const std::string name = name_of(abi, number);
  if (name.empty()) return;
  auto& row = rows.try_emplace(name, Numbers(std::size(kAbis), kNoNumber)).first->second;
  const uint32_t plain = static_cast<uint32_t>(number) & ~abi.number_bit;
  if (number >= 0) row[static_cast<size_t>(&abi - kAbis)] = static_cast<int>(plain);
}

std::map<std::string, Numbers> collect() {
  std::map<std::string, Numbers> rows;
  for (const Abi& abi : kAbis) {
    for (int number = kLowestPseudoNumber; number < 0; ++number) {
      note(abi, number, rows);
    }
    for (int number = 0; number < kHighestNumber; ++number) {
      note(abi, static_cast<int>(static_cast<uint32_t>(number) | abi.number_bit), rows);
    }
    for (int number = 0; number < kPrivateNumbers; ++number) {
      note(abi, static_cast<int>(kPrivateBase) + number, rows);
    }
  }
  return rows;
}

// __PNR_socket and similar: libseccomp's pseudo numbers for calls behind socketcall(2) and ipc(2).
int multiplexed_number(const std::string& name) {
  const int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, name.c_str());
  return number <= -100 && number >= -224 ? -number : 0;
}

int write(FILE* out) {
  const auto rows = collect();
  std::vector<unsigned> slots(kSlots, 0);  // row + 1. 0: empty
  unsigned offset = 0;
  unsigned index = 0;
  std::string table;
  fprintf(out, "constexpr char kText[] =\n");
  for (const auto& [name, numbers] : rows) {
    fprintf(out, "    \"%s\"\n", name.c_str());
    table += "    {" + std::to_string(offset) + ", " + std::to_string(name.size()) + ", " +
             std::to_string(multiplexed_number(name)) + ", {";
    for (const int number : numbers) {
      table += std::to_string(number) + ", ";
    }
    table += "}},\n";
    offset += static_cast<unsigned>(name.size());
    unsigned slot = hash(name) % kSlots;
    while (slots[slot] != 0) {
      slot = (slot + 1) % kSlots;
    }
    slots[slot] = ++index;
  }
  fprintf(out, ";\nconstexpr Row kRows[] = {\n%s};\nconstexpr uint16_t kHashed[kSlots] = {",
          table.c_str());
  for (const unsigned slot : slots) {
    fprintf(out, "%u,", slot);
  }
  fprintf(out, "};\n");
  return index > kSlots / 2 || fclose(out) != 0 ? 1 : 0;
}

}  // namespace
}  // namespace oci::seccomp

int main(int argc, char** argv) {
  FILE* out = argc == 2 ? fopen(argv[1], "we") : nullptr;
  return out == nullptr ? 1 : oci::seccomp::write(out);
}
