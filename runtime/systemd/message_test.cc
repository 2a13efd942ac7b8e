#include "runtime/systemd/message.h"

#include "third_party/boost_test.h"

namespace oci::systemd {
namespace {

Request sample() {
  return {.verb = Verb::kSet,
          .bus = Bus::kUser,
          .unit = "a.scope",
          .patience = std::chrono::milliseconds(1500),
          .properties = {{"Slice", "s", {"b.slice"}}, {"X", "as", {}}, {"Y", "ay", {"1", "2"}}}};
}

BOOST_AUTO_TEST_CASE(a_request_arrives_as_it_was_sent) {
  const std::string packet = to_packet(sample()).value();
  const Request got = parse_request(packet).value();
  BOOST_TEST((got.verb == Verb::kSet));
  BOOST_TEST((got.bus == Bus::kUser));
  BOOST_TEST(got.unit == "a.scope");
  BOOST_TEST(got.patience.count() == 1500);
  BOOST_TEST((got.properties == sample().properties));
  for (const Verb verb :
       {Verb::kStart, Verb::kEnclose, Verb::kStop, Verb::kSet, Verb::kAwaitGone}) {
    Request request = sample();
    request.verb = verb;
    BOOST_TEST((parse_request(to_packet(request).value()).value().verb == verb));
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_of_another_version_is_not_understood) {
  const std::string packet = to_packet(sample()).value();
  for (size_t length = 0; length < packet.size(); ++length) {
    const Result<Request> got = parse_request(packet.substr(0, length));
    // A packet cut between two properties is valid: nothing marks the end.
    if (got) BOOST_TEST(got.value().properties.size() < 3, length);
  }
  BOOST_TEST(
      !parse_request(std::string("oci-rt-systemd 2\0set\0user\0a\0"
                                 "1\0",
                                 30)));
  BOOST_TEST(
      !parse_request(std::string("oci-rt-systemd 1\0eat\0user\0a\0"
                                 "1\0",
                                 30)));
  BOOST_TEST(
      !parse_request(std::string("oci-rt-systemd 1\0set\0user\0a\0"
                                 "x\0",
                                 30)));
}

BOOST_AUTO_TEST_CASE(a_request_that_no_socket_takes_is_refused) {
  Request request = sample();
  request.properties.push_back({"Z", "s", {std::string(kLongestPacket, 'z')}});
  BOOST_TEST((to_packet(request).error().kind() == ErrorKind::kInvalidConfig));
}

BOOST_AUTO_TEST_CASE(an_answer_keeps_its_kind) {
  const Answer good = parse_answer(to_packet(Answer{.good = true, .text = "/a"})).value();
  BOOST_TEST(good.good);
  BOOST_TEST(good.text == "/a");
  for (const ErrorKind kind : {ErrorKind::kBusy, ErrorKind::kExists, ErrorKind::kSystem}) {
    const Answer bad = parse_answer(to_packet(Answer{.kind = kind, .text = "no"})).value();
    BOOST_TEST(!bad.good);
    BOOST_TEST((bad.kind == kind));
  }
  BOOST_TEST(!parse_answer(""));
  BOOST_TEST(!parse_answer("good"));
  BOOST_TEST(!parse_answer(std::string("well\0x\0", 7)));
}

}  // namespace
}  // namespace oci::systemd
