#include "server/packet/sdp/simulcast.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/packet/sdp/attributes.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

// Of the sizes that occur in header extensions; RFC 8851 §10 knows no limit.
constexpr std::size_t kMaxRidCharacters = 16;

bool isRid(std::string_view id) {
  const auto isAllowed = [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= kMaxRidCharacters && std::ranges::all_of(id, isAllowed);
}

// What follows the id: "send pt=96,97;max-width=640".
std::optional<std::string_view> ridLine(const MediaDescription& media, std::string_view id,
                                        std::string_view direction) {
  for (const std::string_view text : media.values("rid")) {
    const auto rid = Rid::parse(text);
    if (rid && rid->id == id && rid->direction == direction) return rid->restrictions;
  }
  return std::nullopt;
}

std::vector<rtp::PayloadType> payloadTypes(std::string_view restrictions) {
  std::vector<rtp::PayloadType> result;
  for (auto part = takeWord(restrictions, "; \t"); !part.empty();
       part = takeWord(restrictions, "; \t")) {
    if (!part.starts_with("pt=")) continue;
    part.remove_prefix(3);
    for (auto number = takeWord(part, ","); !number.empty(); number = takeWord(part, ","))
      if (const auto payload_type = parsePayloadType(number); payload_type && result.size() < 128)
        result.push_back(*payload_type);
  }
  return result;
}

std::optional<RemoteRid> firstAlternative(const MediaDescription& media, std::string_view stream) {
  for (auto id = takeWord(stream, ","); !id.empty(); id = takeWord(stream, ",")) {
    const bool paused = id.starts_with('~');
    if (paused) id.remove_prefix(1);
    const auto restrictions = ridLine(media, id, "send");
    if (isRid(id) && restrictions)
      return RemoteRid{
          .id = std::string(id), .payload_types = payloadTypes(*restrictions), .paused = paused};
  }
  return std::nullopt;
}

// The list behind "send" in "send a;b recv c".
std::string_view sendList(std::string_view text) {
  for (auto word = takeWord(text); !word.empty(); word = takeWord(text))
    if (word == "send") return takeWord(text);
  return {};
}

}  // namespace

std::vector<RemoteRid> offeredRids(const MediaDescription& media) {
  std::vector<RemoteRid> rids;
  std::string_view streams = sendList(media.value("simulcast").value_or(std::string_view()));
  for (auto stream = takeWord(streams, ";"); !stream.empty(); stream = takeWord(streams, ";")) {
    auto rid = firstAlternative(media, stream);
    if (!rid || std::ranges::find(rids, rid->id, &RemoteRid::id) != rids.end()) continue;
    rids.push_back(std::move(*rid));
    if (rids.size() == kMaxSimulcastLayers) break;
  }
  if (rids.size() < 2) rids.clear();
  return rids;
}

void addReceivedRids(const MediaDescription& offered, const std::vector<RemoteRid>& rids,
                     MediaDescription& answer) {
  if (rids.empty()) return;
  std::string streams;
  for (const RemoteRid& rid : rids) {
    const std::string_view restrictions = ridLine(offered, rid.id, "send").value_or("");
    std::string line = rid.id + " recv";
    if (!restrictions.empty()) line += ' ' + std::string(restrictions);
    answer.addAttribute("rid", std::move(line));
    if (!streams.empty()) streams += ';';
    streams += (rid.paused ? "~" : "") + rid.id;
  }
  answer.addAttribute("simulcast", "recv " + streams);
}

std::vector<rtp::Ssrc> simulcastSsrcs(const MediaDescription& media) {
  for (const std::string_view text : media.values("ssrc-group")) {
    auto group = SsrcGroup::parse(text);
    if (!group || group->semantics != "SIM") continue;
    if (group->ssrcs.size() < 2 || group->ssrcs.size() > kMaxSimulcastLayers) return {};
    return std::move(group->ssrcs);
  }
  return {};
}

}  // namespace ms::sdp
