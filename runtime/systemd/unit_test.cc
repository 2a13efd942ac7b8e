#include "runtime/systemd/unit.h"

#include "third_party/boost_test.h"

namespace oci::systemd {
namespace {

// "name slice place", or the error.
std::string shown(const std::optional<std::string>& path, std::string_view id = "web1",
                  Bus bus = Bus::kSystem) {
  const Result<Unit> unit = unit_of(path, id, bus);
  if (!unit) return unit.error().message();
  return cat(unit.value().name, " ", unit.value().slice, " ", unit.value().place);
}

BOOST_AUTO_TEST_CASE(slice_prefix_name_is_a_scope_in_the_slice) {
  BOOST_TEST(shown("machine.slice:libpod:0123abc") ==
             "libpod-0123abc.scope machine.slice /machine.slice/libpod-0123abc.scope");
  BOOST_TEST(shown("kubepods-besteffort-podab_12.slice:cri-containerd:c1") ==
             "cri-containerd-c1.scope kubepods-besteffort-podab_12.slice "
             "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podab_12.slice/"
             "cri-containerd-c1.scope");
  BOOST_TEST(shown("-.slice:a:b") == "a-b.scope -.slice /a-b.scope");
  BOOST_TEST(shown("a.slice::b") == "-b.scope a.slice /a.slice/-b.scope");
}

BOOST_AUTO_TEST_CASE(without_a_slice_it_is_the_usual_one_of_that_systemd) {
  BOOST_TEST(shown(":a:b") == "a-b.scope system.slice /system.slice/a-b.scope");
  BOOST_TEST(shown(":a:b", "x", Bus::kUser) == "a-b.scope user.slice /user.slice/a-b.scope");
}

BOOST_AUTO_TEST_CASE(without_a_path_the_id_names_the_unit_whatever_is_in_it) {
  const std::string expected = "oci-rt-web1.scope system.slice /system.slice/oci-rt-web1.scope";
  BOOST_TEST(shown({}) == expected);
  BOOST_TEST(shown("") == expected);
  BOOST_TEST(shown({}, "a+b") ==
             "oci-rt-a\\x2bb.scope system.slice /system.slice/oci-rt-a\\x2bb.scope");
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_by_name) {
  const std::string form = "' must be slice:prefix:name for the systemd cgroup driver";
  for (const char* path : {"/a/b", "a", "a:b", "a:b:c:d", "a.slice:b:c/d"}) {
    BOOST_TEST(shown(path) == cat("linux.cgroupsPath: '", path, form));
  }
  BOOST_TEST(shown("a.slice:b:") ==
             "linux.cgroupsPath: 'a.slice:b:' has no name after its second ':'");
  BOOST_TEST(shown("a.slice:b:c.slice") ==
             "linux.cgroupsPath: 'a.slice:b:c.slice' names a slice, which cannot hold processes; "
             "use a name without '.slice'");
  BOOST_TEST(shown("a.slice:b:c d") ==
             "linux.cgroupsPath: 'a.slice:b:c d' contains a character that a systemd unit name may "
             "not have");
  BOOST_TEST(shown(cat("a.slice:b:", std::string(300, 'x')))
                 .ends_with("makes a unit name of more than 255 characters"));
  for (const char* slice :
       {"a", "a.scope", ".slice", "a--b.slice", "-a.slice", "a-.slice", "--.slice"}) {
    BOOST_TEST(shown(cat(slice, ":b:c")) == cat("linux.cgroupsPath: '", slice,
                                                ":b:c' begins with '", slice,
                                                "', which is no slice such as a-b.slice"));
  }
}

}  // namespace
}  // namespace oci::systemd
