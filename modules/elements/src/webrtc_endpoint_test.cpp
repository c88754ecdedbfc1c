#include "modules/elements/src/webrtc_endpoint.h"

#include <gmock/gmock.h>

#include <chrono>
#include <future>

#include "modules/core/src/element_fixture.h"
#include "modules/elements/src/test_surroundings.h"
#include "server/base/process.h"
#include "server/model/api_error.h"
#include "server/net/worker_loops.h"

namespace ms::elements {
namespace {

using model::ErrorCode;
using testing::AnyOf;
using namespace std::chrono_literals;

// Two endpoints that find each other over the network of this machine: what one announces as a
// candidate is given to the other.
class WebRtcEndpointTest : public core::ElementTest {
 protected:
  WebRtcEndpointTest() : ElementTest(&surroundings().workers.at(0)) {}
  ~WebRtcEndpointTest() override {
    run([&] {
      for (const auto& endpoint : made_) endpoint->close();
      made_.clear();
    });
  }

  std::shared_ptr<WebRtcEndpoint> makeEndpoint(const api::WebRtcEndpointArguments& arguments = {}) {
    made_.push_back(make<WebRtcEndpoint>(api::kWebRtcEndpointClass, pipeline_,
                                         surroundings().services, arguments));
    return made_.back();
  }

  // Waits on the test's thread until `holds`, looked at on the loop, is true.
  bool waitUntil(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      bool is_so = false;
      run([&] { is_so = holds(); });
      if (is_so) return true;
      std::this_thread::yield();
    }
    return false;
  }

  core::StatsMap statsOf(WebRtcEndpoint& endpoint) {
    std::promise<core::StatsMap> told;
    run([&] { endpoint.getStats({}, [&](auto stats) { told.set_value(std::move(*stats)); }); });
    return told.get_future().get();
  }

  std::vector<std::shared_ptr<WebRtcEndpoint>> made_;
};

std::string offerOf(WebRtcEndpoint& endpoint) {
  std::string offer;
  endpoint.generateOffer({}, [&](auto result) { offer = *result; });
  return offer;
}

void gather(WebRtcEndpoint& endpoint) {
  endpoint.gatherCandidates([](auto result) { EXPECT_TRUE(result); });
}

std::string answerOf(WebRtcEndpoint& endpoint, const std::string& offer) {
  std::string answer;
  endpoint.processOffer(offer, [&](auto result) { answer = *result; });
  return answer;
}

template <class Work>
ErrorCode errorOf(Work work) {
  try {
    work();
  } catch (const model::ApiError& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::UnexpectedError;
}

api::IceCandidate candidateOf(const std::string& text) {
  api::IceCandidate candidate;
  candidate.candidate = text;
  candidate.sdp_mid = "audio0";
  return candidate;
}

constexpr const char* kSomeCandidate = "candidate:1 1 UDP 2015363327 127.0.0.1 40000 typ host";

TEST_F(WebRtcEndpointTest, TwoEndpointsConnectByOfferAnswerAndTrickledCandidates) {
  std::shared_ptr<WebRtcEndpoint> caller, callee;
  std::size_t given = 0;
  const auto giveCandidates = [&] {  // From each to the other, as they are found.
    for (; given < events_.list.size(); ++given) {
      const auto& event = events_.list[given];
      if (event.type != "IceCandidateFound" || event.data["candidate"]["sdpMLineIndex"] != 0)
        continue;
      const auto text = event.data["candidate"]["candidate"].asString();
      (event.object_id == caller->id() ? callee : caller)->addIceCandidate(candidateOf(text));
    }
  };
  run([&] {
    caller = makeEndpoint();
    callee = makeEndpoint();
    const std::string answer = answerOf(*callee, offerOf(*caller));
    caller->processAnswer(answer, [](auto local) { EXPECT_TRUE(local); });
    gather(*caller);
    gather(*callee);
  });

  EXPECT_TRUE(waitUntil([&] {
    giveCandidates();
    return caller->getConnectionState() == api::ConnectionState::Connected &&
           callee->getConnectionState() == api::ConnectionState::Connected;
  }));

  run([&] {
    EXPECT_EQ(caller->getICECandidatePairs().size(), 1u);
    ASSERT_EQ(caller->getDtlsConnectionState().size(), 2u);
    EXPECT_EQ(caller->getDtlsConnectionState()[0].state, api::DtlsConnectionState::Connected);
    EXPECT_EQ(caller->getIceConnectionState().size(), 1u);
    for (const char* type :
         {"IceGatheringDone", "IceComponentStateChanged", "NewCandidatePairSelected",
          "DtlsConnectionStateChange", "ConnectionStateChanged", "MediaSessionStarted"})
      EXPECT_GE(events_.count(type), 2u) << type;
  });
  const core::StatsMap stats = statsOf(*caller);
  const auto count = [&](api::StatsType type) {
    return std::ranges::count_if(stats, [&](const auto& one) { return one.second->type == type; });
  };
  EXPECT_EQ(count(api::StatsType::Session), 1);
  EXPECT_EQ(count(api::StatsType::Candidatepair), 1);
  EXPECT_EQ(count(api::StatsType::Transport), 3);  // And its two certificates.
  EXPECT_GE(count(api::StatsType::Localcandidate), 1);
  EXPECT_GE(count(api::StatsType::Remotecandidate), 1);
  EXPECT_EQ(count(api::StatsType::Endpoint), 0);
  run([&] { pipeline_->setLatencyStats(true); });
  EXPECT_TRUE(statsOf(*caller).contains(caller->id()));
}

TEST_F(WebRtcEndpointTest, CallsOutOfOrderHaveTheDocumentedErrors) {
  run([&] {
    const auto endpoint = makeEndpoint();
    const auto ignore = [](auto) {};

    EXPECT_EQ(errorOf([&] { endpoint->getLocalSessionDescriptor(); }),
              ErrorCode::SdpNoLocalDescription);
    EXPECT_EQ(errorOf([&] { endpoint->getRemoteSessionDescriptor(); }),
              ErrorCode::SdpNoRemoteDescription);
    EXPECT_EQ(errorOf([&] { endpoint->processAnswer("v=0", ignore); }),
              ErrorCode::SdpNotOfferGenerated);
    EXPECT_EQ(errorOf([&] { endpoint->processOffer("", ignore); }), ErrorCode::SdpParseError);
    EXPECT_EQ(errorOf([&] { endpoint->processOffer("garbage", ignore); }),
              ErrorCode::SdpParseError);

    const std::string offer = offerOf(*endpoint);
    EXPECT_EQ(errorOf([&] { endpoint->generateOffer({}, ignore); }),
              ErrorCode::SdpAlreadyNegotiated);
    EXPECT_EQ(errorOf([&] { endpoint->processOffer(offer, ignore); }),
              ErrorCode::SdpAlreadyNegotiated);

    const std::string answer = answerOf(*makeEndpoint(), offer);
    EXPECT_EQ(errorOf([&] { endpoint->processAnswer("garbage", ignore); }),
              ErrorCode::SdpParseError);
    endpoint->processAnswer(answer, [](auto local) { EXPECT_TRUE(local); });
    EXPECT_EQ(errorOf([&] { endpoint->processAnswer(answer, ignore); }),
              ErrorCode::SdpAnswerAlreadyProcessed);
  });
}

// The value of the first attribute of this name.
std::string attributeOf(const std::string& sdp, const std::string& name) {
  const auto begin = sdp.find("a=" + name + ":") + name.size() + 3;
  return sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin);
}

std::string replaceAll(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

TEST_F(WebRtcEndpointTest, AnotherOfferThatOnlyBeginsIceAnewIsAnsweredWithFreshCredentials) {
  run([&] {
    const auto endpoint = makeEndpoint();
    const std::string offer = offerOf(*makeEndpoint());
    const std::string first = answerOf(*endpoint, offer);
    const std::string again =
        replaceAll(replaceAll(offer, attributeOf(offer, "ice-ufrag"), "begins"),
                   attributeOf(offer, "ice-pwd"), "anewWithAnotherPassword");

    const std::string second = answerOf(*endpoint, again);

    EXPECT_NE(attributeOf(second, "ice-ufrag"), attributeOf(first, "ice-ufrag"));
    EXPECT_NE(attributeOf(second, "ice-pwd"), attributeOf(first, "ice-pwd"));
    EXPECT_EQ(attributeOf(second, "fingerprint"), attributeOf(first, "fingerprint"));
    EXPECT_EQ(attributeOf(second, "ssrc"), attributeOf(first, "ssrc"));
    EXPECT_EQ(endpoint->getRemoteSessionDescriptor(), again);
    EXPECT_EQ(events_.count("MediaSessionStarted"), 1u);
    // Neither the same again nor another session is one.
    for (const std::string& other : {again, offerOf(*makeEndpoint())})
      EXPECT_EQ(errorOf([&] { endpoint->processOffer(other, [](auto) {}); }),
                ErrorCode::SdpAlreadyNegotiated);
  });
}

TEST_F(WebRtcEndpointTest, ARefusedOfferLeavesTheEndpointUsable) {
  run([&] {
    const auto endpoint = makeEndpoint();
    EXPECT_EQ(errorOf([&] { endpoint->processOffer("m=nonsense", [](auto) {}); }),
              ErrorCode::SdpParseError);

    EXPECT_FALSE(answerOf(*endpoint, offerOf(*makeEndpoint())).empty());
  });
}

TEST_F(WebRtcEndpointTest, CandidatesBeforeTheNegotiationAreKeptUpToALimit) {
  run([&] {
    const auto endpoint = makeEndpoint();
    endpoint->addIceCandidate(candidateOf("anything"));
    for (std::size_t i = 1; i < WebRtcEndpoint::kMaxEarlyCandidates; ++i)
      endpoint->addIceCandidate(candidateOf(kSomeCandidate));

    EXPECT_EQ(errorOf([&] { endpoint->addIceCandidate(candidateOf(kSomeCandidate)); }),
              ErrorCode::IceAddCandidateError);
  });
}

TEST_F(WebRtcEndpointTest, AnUnreadableCandidateIsRefusedOnceThereIsASession) {
  run([&] {
    const auto endpoint = makeEndpoint();
    endpoint->addIceCandidate(candidateOf("anything"));
    EXPECT_FALSE(answerOf(*endpoint, offerOf(*makeEndpoint())).empty());

    EXPECT_EQ(errorOf([&] { endpoint->addIceCandidate(candidateOf("anything")); }),
              ErrorCode::IceAddCandidateError);
    EXPECT_NO_THROW(endpoint->addIceCandidate(candidateOf("")));
    EXPECT_NO_THROW(endpoint->addIceCandidate(candidateOf(kSomeCandidate)));
  });
}

TEST_F(WebRtcEndpointTest, GatheringBeforeANegotiationDoesNothing) {
  run([&] {
    gather(*makeEndpoint());

    EXPECT_TRUE(events_.list.empty());
  });
}

TEST_F(WebRtcEndpointTest, GathersByThePropertiesOfThatMoment) {
  run([&] {
    const auto endpoint = makeEndpoint();
    offerOf(*endpoint);
    endpoint->setNetworkInterfaces("lo");
    endpoint->setIceTcp(false);
    endpoint->setExternalIPv4("192.0.2.7");
    endpoint->setExternalIPv6("2001:db8::7");
    gather(*endpoint);
  });

  ASSERT_TRUE(waitUntil([&] { return events_.count("IceGatheringDone") == 1; }));

  run([&] {
    EXPECT_GT(events_.count("IceCandidateFound"), 0u);
    for (const auto& event : events_.list) {
      if (event.type != "IceCandidateFound") continue;
      const auto found = ice::Candidate::parse(event.data["candidate"]["candidate"].asString());
      EXPECT_EQ(found->transport, ice::Transport::Udp);
      EXPECT_THAT(found->address, AnyOf("192.0.2.7", "2001:db8::7"));
    }
  });
}

TEST_F(WebRtcEndpointTest, WithoutAConnectionThereAreNoDataChannels) {
  run([&] {
    api::WebRtcEndpointArguments arguments;
    arguments.use_data_channels = true;
    const auto endpoint = makeEndpoint(arguments);
    EXPECT_THAT(offerOf(*endpoint), testing::HasSubstr("m=application 9 UDP/DTLS/SCTP"));

    EXPECT_EQ(errorOf([&] { endpoint->createDataChannel("", true, -1, -1, ""); }),
              ErrorCode::MediaObjectOperationNotSupported);
    EXPECT_EQ(errorOf([&] { endpoint->closeDataChannel(0); }),
              ErrorCode::MediaObjectOperationNotSupported);
  });
}

TEST_F(WebRtcEndpointTest, ADataChannelIsOpenedAndClosedOnceOnEachSide) {
  std::shared_ptr<WebRtcEndpoint> caller, callee;
  std::size_t given = 0;
  run([&] {
    api::WebRtcEndpointArguments arguments;
    arguments.use_data_channels = true;
    caller = makeEndpoint(arguments);
    callee = makeEndpoint(arguments);
    const std::string answer = answerOf(*callee, offerOf(*caller));
    caller->processAnswer(answer, [](auto local) { EXPECT_TRUE(local); });
    gather(*caller);
    gather(*callee);
  });
  const auto create = [&] {
    for (; given < events_.list.size(); ++given) {
      const auto& event = events_.list[given];
      if (event.type != "IceCandidateFound" || event.data["candidate"]["sdpMLineIndex"] != 0)
        continue;
      const auto text = event.data["candidate"]["candidate"].asString();
      (event.object_id == caller->id() ? callee : caller)->addIceCandidate(candidateOf(text));
    }
    try {
      caller->createDataChannel("chat", true, -1, -1, "");
      return true;
    } catch (const model::ApiError&) {
      return false;  // Not connected yet.
    }
  };
  ASSERT_TRUE(waitUntil(create));
  ASSERT_TRUE(waitUntil([&] { return events_.count("DataChannelOpened") == 2; }));
  run([&] {
    EXPECT_EQ(errorOf([&] { caller->createDataChannel("", true, 1, 1, ""); }),
              ErrorCode::MediaObjectIllegalParam);
    EXPECT_EQ(errorOf([&] { caller->closeDataChannel(7); }), ErrorCode::UnexpectedError);
    EXPECT_EQ(errorOf([&] { caller->closeDataChannel(-1); }), ErrorCode::UnexpectedError);
    const auto opened = std::ranges::find(events_.list, std::string("DataChannelOpened"),
                                          [](const auto& event) { return event.type; });
    callee->closeDataChannel(opened->data["channelId"].asInt());
  });

  ASSERT_TRUE(waitUntil([&] { return events_.count("DataChannelClosed") == 2; }));
  run([&] { EXPECT_EQ(events_.count("DataChannelOpened"), 2u); });
}

TEST_F(WebRtcEndpointTest, AFreshEndpointHasNoStatistics) {
  run([&] { makeEndpoint()->getStats({}, [](auto stats) { EXPECT_TRUE(stats->empty()); }); });
}

TEST_F(WebRtcEndpointTest, AMinimumAboveTheMaximumReadsBackAsTheMaximum) {
  run([&] {
    const auto endpoint = makeEndpoint();
    EXPECT_EQ(endpoint->getMinVideoSendBandwidth(), 100);
    EXPECT_EQ(endpoint->getMaxVideoSendBandwidth(), 500);

    endpoint->setMinVideoSendBandwidth(900);

    EXPECT_EQ(endpoint->getMinVideoSendBandwidth(), 500);
  });
}

TEST_F(WebRtcEndpointTest, AKeyFrameCanOnlyBeAskedForWhereVideoIsConnected) {
  core::FakeSource media;
  std::shared_ptr<core::FakeEndpoint> source;
  run([&] {
    const auto endpoint = makeEndpoint();
    EXPECT_EQ(errorOf([&] { endpoint->requestKeyframe(); }),
              ErrorCode::MediaObjectOperationNotSupported);

    source = make<core::FakeEndpoint>(api::kMediaElementClass, pipeline_);
    source->own = makeOutlet();
    source->own->open(media);
    source->connect(endpoint, api::MediaType::Video, {}, {});
    endpoint->requestKeyframe();
  });
  run([&] {
    EXPECT_EQ(media.key_frame_requests, 1);
    source->close();
  });
}

TEST_F(WebRtcEndpointTest, PeersOfACrowdedPipelineLiveOnOtherWorkersToo) {
  const net::Worker& other = surroundings().workers.at(1);
  run([&] {
    for (int i = 0; i < 2 * net::WorkerLoops::kCrowded; ++i) offerOf(*makeEndpoint());
  });

  EXPECT_EQ(other.leases(), net::WorkerLoops::kCrowded / 2);
  EXPECT_EQ(worker_.leases(), net::WorkerLoops::kCrowded * 3 / 2);
}

TEST_F(WebRtcEndpointTest, EndpointsStartNoThreads) {
  const auto makeOne = [&] {
    answerOf(*makeEndpoint(), offerOf(*makeEndpoint()));
    for (const auto& endpoint : made_) gather(*endpoint);
  };
  run([&] { makeOne(); });
  const int threads = process::threadCount();

  run([&] {
    for (int i = 0; i < 25; ++i) makeOne();
  });

  EXPECT_EQ(process::threadCount(), threads);
}

TEST_F(WebRtcEndpointTest, ReleasedEndpointsLeaveNoDescriptorsBehind) {
  const auto makeAndRelease = [&] {
    answerOf(*makeEndpoint(), offerOf(*makeEndpoint()));
    for (const auto& endpoint : made_) gather(*endpoint);
    for (const auto& endpoint : made_) endpoint->close();
    made_.clear();
  };
  run(makeAndRelease);
  int before = 0;
  EXPECT_TRUE(waitUntil([&] { return std::exchange(before, process::openFileCount()) == before; }));

  for (int i = 0; i < 20; ++i) run(makeAndRelease);

  EXPECT_TRUE(waitUntil([&] { return process::openFileCount() <= before; }))
      << process::openFileCount() << " descriptors, " << before << " before";
}

}  // namespace
}  // namespace ms::elements
