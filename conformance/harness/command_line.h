// Reads the command line of a program of the harness, with cxxopts.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace oci::conformance {

struct Word {
  const char* name;   // without dashes
  const char* value;  // its name in the help; nullptr: a flag
  const char* help;
  std::function<void(const std::string&)>
      set;  // called each time that the option is given, in order
};

struct CommandLine {
  const char* program;
  const char* summary;
  const char* usage;  // behind the program's name
  std::vector<Word> words;
};

// Calls set() of each option and returns the operands. --help prints the help and ends the program
// with 0. A mistake is printed, with the way to the help, and ends the program with 2.
std::vector<std::string> read_command_line(const CommandLine& line, int argc, char** argv);

// Prints `problem` and ends the program with 2.
[[noreturn]] void stop_usage(const char* program, const std::string& problem);

// A number from 1 on, or stop_usage().
int count_of(const char* program, const char* option, const std::string& text);

}  // namespace oci::conformance
