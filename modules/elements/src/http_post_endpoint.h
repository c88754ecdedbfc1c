// Plays what is posted to its URL: the body of a request, or the file in a form.
//
// The HTTP is the UploadServer's (server/http/), on a loop of its own. A body goes through a
// MediaFeed to the chain, as fast as it plays, without passing by here; this is told when one
// begins and ends. A body that comes while the one before still plays is played after it.
//
// A session begins with its first request. It ends when nobody has posted for the time that the
// application gave, counted from when the last body was played out.
#pragma once

#include <memory>
#include <string>

#include "modules/elements/src/playing_endpoint.h"
#include "server/http/upload.h"
#include "server/http/upload_server.h"

namespace ms::frame {
class MediaFeed;
}

namespace ms::elements {

class HttpPostEndpoint final : public PlayingEndpoint<core::SessionEndpoint>,
                               public api::HttpEndpoint,
                               public api::HttpPostEndpoint {
 public:
  HttpPostEndpoint(model::ObjectContext context, ElementServices& services,
                   const api::HttpPostEndpointArguments& arguments);
  ~HttpPostEndpoint() override;

  // Once, after construction. Throws 40300 when there can be no URL.
  void open();

  // api::HttpEndpoint.
  std::string getUrl() override;

 private:
  using FeedPtr = std::shared_ptr<frame::MediaFeed>;
  class Receiver;
  class Body;

  // PlayingEndpoint, model::Object.
  frame::PlayerSettings chainSettings() override;
  void onMediaEnd() override;
  void onMediaError() override;
  bool isPlaying() override { return played_ != nullptr; }
  void onClose() override;

  // What the receiver tells.
  void onBody(const FeedPtr& feed);
  void onBodyEnd(const FeedPtr& feed, http::BodyEnd how);
  void onSessionEnded();

  void play(const FeedPtr& feed);
  void playNext();
  void maybeCountDown();

  const api::HttpPostEndpointArguments arguments_;
  std::unique_ptr<http::UploadPath> path_;
  FeedPtr played_;  // Null while nothing plays.
  FeedPtr next_;
  FeedPtr posted_;  // Of the request that is under way; one of the two, or refused.
  bool is_played_one_lost_ = false;
  bool is_in_session_ = false;
  Timer count_down_;
};

}  // namespace ms::elements
