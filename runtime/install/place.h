// Where the files are, and which others an engine reads besides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/install.h"
#include "spec/error.h"

namespace oci::install {

struct Place {
  std::string file;  // that has our part
  std::string kept;  // what was there before, for docker; empty: not needed
  // podman's other files, in the order in which it reads them.
  std::vector<std::string> before, after;
};

// Given, so that tests need not change it.
struct Surroundings {
  bool root = false;
  std::string home;         // HOME
  std::string config_home;  // XDG_CONFIG_HOME
  std::string path;         // PATH
  bool systemd = false;     // it is pid 1: sd_booted(3)
};

Surroundings read_surroundings();

// `etc` as in Request.
Result<Place> place_of(Engine engine, const std::string& etc, const Surroundings& from);

std::string_view engine_name(Engine engine);

// Where a program is, or "": in PATH, and where daemons are, which a user's PATH lacks.
std::string find_program(std::string_view name, const Surroundings& from);

// CRI-O's monitor, or "".
std::string find_conmon(const Surroundings& from);

// Whether `runtime` would find oci-rt-systemd, which it needs where engines have systemd make
// cgroups: runtime/systemd/README.md.
bool has_systemd_program(const std::string& runtime);

// "in a …", for a place that is emptied or written anew; otherwise "".
std::string_view passing_place(const std::string& path);

// The path that engines are to be given. Error: it is one that will not last.
Result<std::string> runtime_path(const Request& request);

}  // namespace oci::install
