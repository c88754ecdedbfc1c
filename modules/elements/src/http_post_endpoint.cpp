#include "modules/elements/src/http_post_endpoint.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "server/frame/media_feed.h"
#include "server/model/api_error.h"

namespace ms::elements {

// ---- On the loop of the UploadServer ----

class HttpPostEndpoint::Body final : public http::BodySink {
 public:
  Body(FeedPtr feed, Loop& home, std::weak_ptr<HttpPostEndpoint> endpoint)
      : feed_(std::move(feed)), home_(home), endpoint_(std::move(endpoint)) {}

  State state() const override {
    switch (feed_->state()) {
      case frame::MediaFeed::State::HasRoom:
        return State::HasRoom;
      case frame::MediaFeed::State::Full:
        return State::Full;
      default:
        return State::Refuses;
    }
  }
  void write(Bytes bytes) override { feed_->write(bytes); }
  void onRoom(std::function<void()> call) override { feed_->onRoom(std::move(call)); }
  void end(http::BodyEnd how) override {
    home_.post([feed = feed_, endpoint = endpoint_, how] {
      if (const auto living = endpoint.lock()) living->onBodyEnd(feed, how);
      feed->end();  // After the endpoint knows, who is told when it has been played.
    });
  }

 private:
  const FeedPtr feed_;
  Loop& home_;
  const std::weak_ptr<HttpPostEndpoint> endpoint_;
};

class HttpPostEndpoint::Receiver final : public http::UploadReceiver {
 public:
  Receiver(Loop& home, std::weak_ptr<HttpPostEndpoint> endpoint)
      : home_(home), endpoint_(std::move(endpoint)) {}

  std::shared_ptr<http::BodySink> onPost() override {
    auto feed = std::make_shared<frame::MediaFeed>();
    home_.post([feed, endpoint = endpoint_] {
      if (const auto living = endpoint.lock()) return living->onBody(feed);
      feed->refuse();
    });
    return std::make_shared<Body>(std::move(feed), home_, endpoint_);
  }
  void onSessionEnded() override {
    home_.post([endpoint = endpoint_] {
      if (const auto living = endpoint.lock()) living->onSessionEnded();
    });
  }

 private:
  Loop& home_;
  const std::weak_ptr<HttpPostEndpoint> endpoint_;
};

// ---- On the pipeline's loop ----

HttpPostEndpoint::HttpPostEndpoint(model::ObjectContext context, ElementServices& services,
                                   const api::HttpPostEndpointArguments& arguments)
    : PlayingEndpoint(context, services), arguments_(arguments), count_down_(loop()) {}

HttpPostEndpoint::~HttpPostEndpoint() = default;

void HttpPostEndpoint::open() {
  const auto self = std::static_pointer_cast<HttpPostEndpoint>(shared_from_this());
  try {
    path_ = services().uploads().open(std::make_shared<Receiver>(loop(), self));
  } catch (const std::runtime_error& error) {
    throw model::ApiError(model::ErrorCode::HttpEndpointRegistrationError, error.what());
  }
}

std::string HttpPostEndpoint::getUrl() { return path_ ? path_->url() : std::string(); }

frame::PlayerSettings HttpPostEndpoint::chainSettings() {
  frame::PlayerSettings to;
  to.form = arguments_.use_encoded_media ? frame::MediaForm::Encoded : frame::MediaForm::Raw;
  to.playable_elements = settings().text("PlayerEndpoint", "playableElements", "");
  to.bitrates = encoderBitratesOf(*this);
  return to;
}

// ---- Bodies ----

void HttpPostEndpoint::onBody(const FeedPtr& feed) {
  if (isClosed()) return feed->refuse();
  count_down_.cancel();
  posted_ = feed;
  if (!std::exchange(is_in_session_, true)) raise(api::MediaSessionStarted());
  if (played_)
    next_ = feed;
  else
    play(feed);
}

void HttpPostEndpoint::onBodyEnd(const FeedPtr& feed, http::BodyEnd how) {
  if (feed == played_) is_played_one_lost_ = how == http::BodyEnd::Lost;
  if (feed == next_) next_.reset();  // Nothing of it was read.
  if (feed == posted_) posted_.reset();
  maybeCountDown();
}

void HttpPostEndpoint::play(const FeedPtr& feed) {
  played_ = feed;
  is_played_one_lost_ = false;
  chain().play(feed);
  watchFlow();
}

// What was lost has no end that an application should take for one.
void HttpPostEndpoint::onMediaEnd() {
  if (!is_played_one_lost_) {
    raise(api::EndOfStream());
    tellEnd();
  }
  playNext();
}

void HttpPostEndpoint::onMediaError() { playNext(); }

void HttpPostEndpoint::playNext() {
  played_.reset();
  if (const FeedPtr next = std::exchange(next_, nullptr)) return play(next);
  maybeCountDown();
}

// ---- The session ----

void HttpPostEndpoint::maybeCountDown() {
  if (isClosed() || !is_in_session_ || posted_ || played_) return;
  const std::chrono::seconds patience(std::max(arguments_.disconnection_timeout, 0));
  count_down_.start(patience, [this] { path_->maybeEndSession(); });
}

void HttpPostEndpoint::onSessionEnded() {
  if (std::exchange(is_in_session_, false) && !isClosed()) raise(api::MediaSessionTerminated());
}

void HttpPostEndpoint::onClose() {
  PlayingEndpoint::onClose();
  count_down_.cancel();
  path_.reset();
  for (FeedPtr* const feed : {&played_, &next_, &posted_})
    if (const FeedPtr ended = std::exchange(*feed, nullptr)) ended->refuse();
}

}  // namespace ms::elements
