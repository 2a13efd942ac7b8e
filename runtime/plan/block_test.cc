#include "runtime/plan/block.h"

#include <cstring>

#include "third_party/boost_test.h"

namespace oci::plan {
namespace {

const wire::InitPlan& plan_in(const std::string& bytes) {
  return *reinterpret_cast<const wire::InitPlan*>(bytes.data());
}

BOOST_AUTO_TEST_SUITE(block)

BOOST_AUTO_TEST_CASE(a_text_is_read_back_and_an_empty_one_is_not_an_absent_one) {
  Block block;
  block.init().hostname = block.text("web1");
  block.init().domainname = block.text("");
  const std::string bytes = block.finish();
  const wire::InitPlan& plan = plan_in(bytes);
  BOOST_TEST(plan.text(plan.hostname) == "web1");
  BOOST_TEST(bool(plan.domainname));
  BOOST_TEST(plan.text(plan.domainname) == "");
  BOOST_TEST(!plan.cwd);
  BOOST_TEST(plan.size == bytes.size());
}

BOOST_AUTO_TEST_CASE(lists_are_aligned_wherever_texts_end) {
  for (const std::string text : {"", "1", "12", "123", "1234", "12345", "123456", "1234567"}) {
    Block block;
    block.text(text);
    const std::vector<wire::MountOp> ops(2);
    block.init().mounts = block.list(ops);
    const std::string bytes = block.finish();
    BOOST_TEST(plan_in(bytes).mounts.at % alignof(wire::MountOp) == 0u);
    BOOST_TEST(plan_in(bytes).mounts.count == 2u);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_list_takes_nothing) {
  Block block;
  block.init().mounts = block.list(std::vector<wire::MountOp>());
  const std::string bytes = block.finish();
  BOOST_TEST(plan_in(bytes).mounts.count == 0u);
  BOOST_TEST(bytes.size() == sizeof(wire::InitPlan));
}

BOOST_AUTO_TEST_CASE(a_vector_ends_in_zeroes_up_to_its_slots) {
  Block block;
  const std::vector<std::string_view> items = {"sh", "-c", "true"};
  block.init().args = block.vector(items, 2);
  const std::string bytes = block.finish();
  const wire::InitPlan& plan = plan_in(bytes);
  BOOST_TEST(plan.args.count == 3u);
  BOOST_TEST(plan.args.slots == 6u);
  const uint64_t* const slots = plan.begin(wire::List<uint64_t>{plan.args.at});
  for (size_t i = 0; i < items.size(); ++i) {
    BOOST_TEST(plan.text({static_cast<uint32_t>(slots[i])}) == items[i]);
  }
  for (size_t i = items.size(); i < plan.args.slots; ++i)
    BOOST_TEST(slots[i] == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_appended_survives_growth) {
  Block block;
  const wire::Text first = block.text("first");
  for (int i = 0; i < 10'000; ++i)
    block.text("filler");
  const std::string bytes = block.finish();
  BOOST_TEST(plan_in(bytes).text(first) == "first");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
