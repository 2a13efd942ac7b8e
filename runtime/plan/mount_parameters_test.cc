#include "runtime/plan/mount_parameters.h"

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(mount_parameters)

BOOST_AUTO_TEST_CASE(a_lowerdir_is_cut_at_colons_that_are_not_escaped) {
  const auto layers = overlay_layers("/a:/b\\:c:/d::/data1::/data2");
  std::string text;
  for (const Layer& layer : layers)
    text += cat(layer.key, " ", layer.path, "\n");
  BOOST_TEST(text ==
             "lowerdir+ /a\nlowerdir+ /b:c\nlowerdir+ /d\ndatadir+ /data1\n"
             "datadir+ /data2\n");
}

BOOST_AUTO_TEST_CASE(many_layers_are_said_one_by_one) {
  std::string lower = "lowerdir=/0";
  for (int i = 1; i < 1000; ++i)
    lower += cat(":/", i);
  const wire::LaunchPlan plan = plan_of(with_mount({"/m", "overlay", "overlay", {lower}, {}, {}}));
  const wire::MountOp op = items(plan, plan.init().mounts)[0];
  BOOST_TEST(items(plan, op.layers).size() == 1000u);
  BOOST_TEST(!op.by_page);
}

BOOST_AUTO_TEST_CASE(a_long_value_of_another_kind_takes_mount) {
  const std::string upper = cat("upperdir=/", std::string(300, 'u'));
  const wire::LaunchPlan plan =
      plan_of(with_mount({"/m", "overlay", "overlay", {"lowerdir=/a", upper}, {}, {}}));
  const wire::MountOp op = items(plan, plan.init().mounts)[0];
  BOOST_TEST(op.by_page);
  BOOST_TEST(op.layers.count == 0u);
}

BOOST_AUTO_TEST_CASE(what_no_call_can_say_is_refused) {
  const std::string upper = cat("upperdir=/", std::string(5000, 'u'));
  BOOST_TEST(
      error_of(with_mount({"/m", "overlay", "overlay", {upper}, {}, {}})) ==
      "mounts[0].options: come to 5011 bytes for the filesystem, where the kernel takes 4095");
  const std::string size = cat("size=", std::string(300, '1'));
  BOOST_TEST(error_of(with_mount({"/m", {}, {}, {"remount", size}, {}, {}})) ==
             "mounts[0].options: a remount takes values of at most 255 bytes");
}

// "tmpfs: context=L" for each mount with the label, or "mqueue: label" if it is an attribute.
std::string labelled(const spec::Config& config) {
  Host host = some_host();
  host.selinux = true;
  const wire::LaunchPlan plan = plan_of(config, host);
  std::string out;
  for (const wire::MountOp& op : items(plan, plan.init().mounts)) {
    if (op.label) out += cat(text(plan, op.type), ": label\n");
    for (const wire::Parameter& each : items(plan, op.parameters)) {
      const std::string key = text(plan, each.key);
      if (key.ends_with("context")) out += cat(text(plan, op.type), ": ", key, "\n");
    }
  }
  return out;
}

spec::Config with_label() {
  spec::Config config = some_config();
  config.linux->mount_label = "system_u:object_r:container_file_t:s0:c1,c2";
  for (const char* type : {"proc", "sysfs", "mqueue", "tmpfs", "ext4"})
    config.mounts.push_back({cat("/", type), type, type, {}, {}, {}});
  config.mounts.push_back({"/b", {}, "/data", {"bind"}, {}, {}});
  config.mounts.push_back({"/own", "ramfs", "ramfs", {"rootcontext=\"a:b:c,d\""}, {}, {}});
  return config;
}

BOOST_AUTO_TEST_CASE(the_label_is_the_context_of_what_can_have_one) {
  spec::Config config = with_label();
  BOOST_TEST(labelled(config) ==
             "mqueue: label\ntmpfs: context\next4: context\nramfs: rootcontext\n");
  config.annotations = {{"run.oci.mount_context_type", "fscontext"}};
  BOOST_TEST(labelled(config) ==
             "mqueue: label\ntmpfs: fscontext\next4: fscontext\nramfs: rootcontext\n");
}

BOOST_AUTO_TEST_CASE(in_a_user_namespace_few_filesystems_take_a_context) {
  spec::Config config = with_label();
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kNetwork});
  config.linux->namespaces.push_back({.type = spec::NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  BOOST_TEST(labelled(config) == "tmpfs: context\nramfs: rootcontext\n");
}

BOOST_AUTO_TEST_CASE(a_label_needs_selinux_and_a_known_type) {
  spec::Config config = with_label();
  BOOST_TEST(error_of(config).starts_with("linux.mountLabel: SELinux is not enabled"));
  Host host = some_host();
  host.selinux = true;
  config.annotations = {{"run.oci.mount_context_type", "else"}};
  BOOST_TEST(error_of(config, host) ==
             "annotations.run.oci.mount_context_type: expected context, fscontext, defcontext or "
             "rootcontext, found 'else'");
  config.linux->mount_label = "";
  BOOST_TEST(labelled(config) == "ramfs: rootcontext\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
