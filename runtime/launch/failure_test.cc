#include "runtime/launch/failure.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "third_party/boost_test.h"

namespace oci::launch {
namespace {

using wire::Message;
using wire::Subject;

Message failed(Subject subject, int error, const std::string& text,
               uint16_t index = wire::kNoIndex) {
  Message message;
  message.type = wire::Type::kFailed;
  message.subject = subject;
  message.index = index;
  message.sys_errno = error;
  message.length = static_cast<uint16_t>(text.size());
  std::memcpy(message.text, text.data(), text.size());
  return message;
}

std::string text_of(const Message& message) {
  return init_failure(message).message();
}

BOOST_AUTO_TEST_SUITE(launch_failure)

BOOST_AUTO_TEST_CASE(a_missing_program_is_told_in_the_words_of_every_engine) {
  BOOST_TEST(text_of(failed(Subject::kProgram, ENOENT, "find program\nnope\n")) ==
             "exec: \"nope\": executable file not found in $PATH");
  BOOST_TEST(text_of(failed(Subject::kProgram, ENOENT, "find program\n/bin/nope\n")) ==
             "exec: \"/bin/nope\": stat /bin/nope: no such file or directory");
  BOOST_TEST(text_of(failed(Subject::kProgram, EACCES, "find program\n/x\n")) ==
             "exec: \"/x\": permission denied");
  BOOST_TEST(text_of(failed(Subject::kProgram, EISDIR, "find program\n/etc\n")) ==
             "exec: \"/etc\": is a directory: permission denied");
}

BOOST_AUTO_TEST_CASE(an_unrelated_errno_does_not_read_as_a_missing_program) {
  const Subject others[] = {Subject::kNone,    Subject::kNamespace,   Subject::kRoot,
                            Subject::kDevice,  Subject::kSysctl,      Subject::kMaskedPath,
                            Subject::kConsole, Subject::kMountSource, Subject::kMountTarget,
                            Subject::kUser,    Subject::kMountOptions};
  for (const Subject subject : others) {
    for (const int error : {ENOENT, EPERM, EACCES}) {
      const std::string text = text_of(failed(subject, error, "step\nwhat\n", 3));
      BOOST_TEST(text.find("o such file") == std::string::npos, text);
      BOOST_TEST(text.find("ermission denied") == std::string::npos, text);
      BOOST_TEST(text.find("peration not permitted") == std::string::npos, text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_sysctl_says_which_part_of_it_is_wrong) {
  const auto said = [](int error) {
    return text_of(failed(Subject::kSysctl, error, "set sysctl\nnet.ipv4.x\n7\n"));
  };
  const std::string where = "linux.sysctl[\"net.ipv4.x\"]: ";
  for (const int error : {ENOENT, ENOTDIR, EISDIR})
    BOOST_TEST(said(error).starts_with(where + "no such sysctl; "));
  for (const int error : {EACCES, EPERM})
    BOOST_TEST(said(error) == where + "the kernel does not let a container set it");
  BOOST_TEST(said(EINVAL) == where + "the kernel rejects the value '7' (Invalid argument)");
}

BOOST_AUTO_TEST_CASE(namespaces_that_cannot_be_made_say_what_to_look_at) {
  BOOST_TEST(
      text_of(failed(Subject::kNamespace, ENOSPC, "join namespaces\nclone\n", wire::kNoIndex)) ==
      "linux.namespaces: the host's limit is reached; see sysctl user.max_*_namespaces");
  BOOST_TEST(text_of(failed(Subject::kNamespace, EPERM, "join namespaces\nclone\n", wire::kNoIndex))
                 .starts_with("linux.namespaces: this caller may not create them"));
  BOOST_TEST(
      text_of(failed(Subject::kDevice, EPERM, "make devices\n/dev/null\n", wire::kNoIndex))
          .starts_with(
              "default device ('/dev/null'): the kernel does not permit it; a parent cgroup"));
}

BOOST_AUTO_TEST_CASE(a_mount_is_named_by_its_property) {
  BOOST_TEST(text_of(failed(Subject::kMountSource, ENOENT, "mount\n/no/such\n", 7)) ==
             "mounts[7].source: '/no/such' does not exist on the host");
  BOOST_TEST(text_of(failed(Subject::kMountOptions, ENODEV, "mount\nnosuchfs\n", 2)) ==
             "mounts[2].type: the kernel has no filesystem 'nosuchfs'");
}

BOOST_AUTO_TEST_CASE(the_kernels_explanation_is_passed_on) {
  BOOST_TEST(text_of(failed(Subject::kMountOptions, EINVAL,
                            "mount\nnosuch\ntmpfs: Unknown parameter 'nosuch'\n", 2)) ==
             "mounts[2].options ('nosuch'): tmpfs: Unknown parameter 'nosuch'");
}

BOOST_AUTO_TEST_CASE(a_failed_hook_tells_its_status_and_its_last_words) {
  Message message =
      failed(Subject::kCreateContainerHook, 0, "run createContainer hook\n/bin/h\nno luck\n", 1);
  message.value = 3 << 8;
  const Error error = init_failure(message);
  BOOST_TEST((error.kind() == ErrorKind::kHook));
  BOOST_TEST(
      error.message() ==
      "hooks.createContainer[1]: error running createContainer hook #1: /bin/h: exit status 3, "
      "output: no luck");
}

BOOST_AUTO_TEST_CASE(a_lying_length_cannot_read_past_the_message) {
  Message message = failed(Subject::kNone, EINVAL, "step\nwhat\n");
  message.length = 65535;
  BOOST_TEST(message_text(message).size() == sizeof message.text);
}

BOOST_AUTO_TEST_CASE(a_destination_that_does_not_fit_is_told_with_its_source) {
  const auto said = [](int error, const std::string& note) {
    return text_of(failed(Subject::kMountTarget, error, "mount\n/etc/x\n" + note, 2));
  };
  const std::string where = "mounts[2].destination ('/etc/x'): ";
  BOOST_TEST(said(ENOTDIR, "/srv/d") == where + "not a directory, as its source '/srv/d' is");
  BOOST_TEST(said(EISDIR, "/srv/f") ==
             where + "a directory, and its source '/srv/f' is a file, not a directory");
  BOOST_TEST(said(ENOTDIR, "") == where + "a part of the path is a file, and not a directory");
  BOOST_TEST(
      said(ELOOP, "") ==
      where +
          "it has more than 40 symbolic links, a loop of them, or one that leads through procfs");
  BOOST_TEST(said(EROFS, "") ==
             where + "it is missing in a read-only root filesystem, or in a read-only mount");
  BOOST_TEST(said(0, "a symbolic link is in the way") == where + "a symbolic link is in the way");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::launch
