#include "runtime/plan/mount_parameters.h"

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

spec::Config with_mount(spec::Mount mount) {
  spec::Config config = some_config();
  config.mounts = {std::move(mount)};
  return config;
}

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
  const Plan plan = plan_of(with_mount({"/m", "overlay", "overlay", {lower}, {}, {}}));
  const init::MountOp op = items(plan, plan.init().mounts)[0];
  BOOST_TEST(items(plan, op.layers).size() == 1000u);
  BOOST_TEST(!op.by_page);
}

BOOST_AUTO_TEST_CASE(a_long_value_of_another_kind_takes_mount) {
  const std::string upper = cat("upperdir=/", std::string(300, 'u'));
  const Plan plan =
      plan_of(with_mount({"/m", "overlay", "overlay", {"lowerdir=/a", upper}, {}, {}}));
  const init::MountOp op = items(plan, plan.init().mounts)[0];
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
