// The tables of `list` and `ps`, as people and clients read them.
#include "runtime/cli/gc_text.h"
#include "runtime/cli/list_table.h"
#include "runtime/cli/list_template.h"
#include "runtime/cli/ps_table.h"
#include "third_party/boost_test.h"

namespace oci::cli {
namespace {

constexpr std::string_view kTable =
    "UID          PID    PPID CMD\n"
    "root           1       0 init\n"
    "root          12       1 sleep 1\n"
    "root         123       1 sleep 12\n";

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(rows_are_chosen_by_the_pid_alone) {
  BOOST_TEST(rows_of(kTable, {12}).value() ==
             "UID          PID    PPID CMD\nroot          12       1 sleep 1\n");
  BOOST_TEST(rows_of(kTable, {}).value() == "UID          PID    PPID CMD\n");
}

BOOST_AUTO_TEST_CASE(without_a_column_of_pids_there_is_no_answer) {
  BOOST_TEST(!rows_of("CMD\ninit\n", {1}));
}

BOOST_AUTO_TEST_CASE(options_in_one_word_are_several) {
  BOOST_TEST(words_of("  -o pid,comm  -e") == (std::vector<std::string>{"-o", "pid,comm", "-e"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_table_is_set_as_runcs) {
  const lifecycle::Listed rows[] = {
      {.id = "web",
       .state = {.id = "web",
                 .status = spec::ContainerStatus::kRunning,
                 .pid = 4711,
                 .bundle = "/srv/web",
                 .created = "2026-01-02T03:04:05Z",
                 .owner = "root"}},
      {.id = "a-longer-name-than-usual", .problem = "cut short"},
  };
  BOOST_TEST(
      list_table(rows) ==
      "ID                         PID         STATUS      BUNDLE      CREATED                "
      "OWNER\n"
      "web                        4711        running     /srv/web    2026-01-02T03:04:05Z   "
      "root\n"
      "a-longer-name-than-usual   -           corrupt     cut short   -                      "
      "-\n");
  BOOST_TEST(list_table({}) ==
             "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
}

BOOST_AUTO_TEST_CASE(on_a_terminal_times_are_relative) {
  const lifecycle::Listed rows[] = {{.id = "web",
                                     .state = {.id = "web",
                                               .status = spec::ContainerStatus::kRunning,
                                               .pid = 4711,
                                               .bundle = "/srv/web",
                                               .created = "2026-01-02T03:04:05.5Z",
                                               .owner = "root"}}};
  BOOST_TEST(seconds_of("1970-01-02T00:00:01Z").value() == 86401);
  BOOST_TEST(seconds_of("2026-01-02T03:04:05.5Z").value() == 1767323045);
  for (const char* const wrong : {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-0xT03:04:05Z"})
    BOOST_TEST(!seconds_of(wrong).has_value());
  BOOST_TEST(list_table(rows, 1767323045 + 61).find("1 minute ago") != std::string::npos);
  BOOST_TEST(ago(-5) == "now");
  BOOST_TEST(ago(0) == "now");
  BOOST_TEST(ago(59) == "59 seconds ago");
  BOOST_TEST(ago(7200) == "2 hours ago");
  BOOST_TEST(ago(86400) == "1 day ago");
}

BOOST_AUTO_TEST_CASE(a_template_makes_the_lines) {
  const lifecycle::Listed rows[] = {
      {.id = "web", .state = {.status = spec::ContainerStatus::kRunning, .pid = 7}},
      {.id = "bad", .problem = "cut short"}};
  BOOST_TEST(list_by_template("{{.ID}}\\t{{ .status }}!", rows).value() ==
             "web\trunning!\nbad\tcorrupt!\n");
  BOOST_TEST(!list_by_template("{{.Image}}", {}));
  BOOST_TEST(!list_by_template("{{.ID", rows));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(garbage_has_a_line_each) {
  const std::vector<lifecycle::Garbage> garbage = {
      {.kind = "cgroup", .name = "/web1", .reason = "gone", .pids = {12, 15}, .problem = {}},
      {.kind = "container", .name = "web2", .reason = "killed", .pids = {}, .problem = "busy"}};
  BOOST_TEST(gc_lines(garbage, false) ==
             "found cgroup /web1 (PID 12, 15): gone\n"
             "kept container web2: killed; busy\n");
  BOOST_TEST(gc_lines({garbage.data(), 1}, true) == "removed cgroup /web1 (PID 12, 15): gone\n");
  BOOST_TEST(gc_lines({}, true) == "");
  BOOST_TEST(gc_json(garbage, true) ==
             R"([{"kind":"cgroup","name":"/web1","reason":"gone","pids":[12,15],"removed":true},)"
             R"({"kind":"container","name":"web2","reason":"killed","pids":[],"removed":false,)"
             R"("problem":"busy"}])"
             "\n");
  BOOST_TEST(gc_json({}, false) == "[]\n");
}

}  // namespace
}  // namespace oci::cli
