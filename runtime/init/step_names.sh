#!/bin/sh
# step_names.sh INIT.cc OUTPUT.cc: a C++ file that holds the names in the tables of steps of INIT.cc.
set -eu
awk '
BEGIN { print "#include \"runtime/wire/step_times.h\"\n\nnamespace oci::wire {\nnamespace {\n" }
/^constexpr Step k[A-Za-z]*\[\] = \{/ {
  name = $3; sub(/\[.*/, "", name)
  tables = tables (tables == "" ? "" : ", ") name
  print "constexpr const char* " name "[] = {"
  inside = 1
}
inside && /^    \{"/ { split($0, part, "\""); print "    \"" part[2] "\"," }
/^};/ { if (inside) print "};\n"; inside = 0 }
END {
  print "}  // namespace\n\nstd::span<const char* const> step_names(StepTable table) {"
  print "  static constexpr std::span<const char* const> kTables[] = {" tables "};"
  print "  return kTables[static_cast<size_t>(table)];\n}\n\n}  // namespace oci::wire"
}' "$1" > "$2"
