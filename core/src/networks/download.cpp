#include "download.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>

namespace neural_style {
namespace {

struct Transfer {
    const DownloadRequest& request;
    const std::atomic<bool>& cancel;
    const DownloadTake& take;
    CURL* curl = nullptr;
    DownloadAnswer answer{};
    std::uint64_t range_first = 0;
    std::uint64_t received = 0;
    bool answered = false, stopped = false;
    std::string refusal{};        ///< why the answer was not taken
    std::exception_ptr thrown{};  ///< by `take`; must not cross libcurl
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    return text;
}

bool is_header(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || line[name.size()] != ':') return false;
    return std::equal(name.begin(), name.end(), line.begin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? char(b + 32) : b); });
}

// "bytes 0-511/574673361"; the total may be "*".
void read_range(std::string_view value, Transfer& transfer) {
    if (value.substr(0, 6) != "bytes ") return;
    value.remove_prefix(6);
    const auto dash = value.find('-'), slash = value.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return;
    const auto number = [](std::string_view text, std::uint64_t& to) {
        const auto result = std::from_chars(text.data(), text.data() + text.size(), to);
        return result.ec == std::errc() && result.ptr == text.data() + text.size();
    };
    std::uint64_t first = 0, total = 0;
    if (!number(value.substr(0, dash), first)) return;
    if (number(value.substr(slash + 1), total)) transfer.answer.total = total;
    transfer.range_first = first;
    transfer.answer.ranged = true;
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* user) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    const std::string_view line(bytes, size * count);
    if (line.substr(0, 5) == "HTTP/") {  // another answer after a redirect: forget the one before
        transfer.answer = DownloadAnswer();
        transfer.range_first = 0;
    } else if (is_header(line, "content-range")) {
        read_range(trimmed(line.substr(14)), transfer);
    } else if (is_header(line, "etag")) {
        const std::string_view tag = trimmed(line.substr(5));
        if (tag.size() < 200 && tag.substr(0, 1) == "\"") transfer.answer.tag = tag;
    }
    return line.size();
}

std::string status_reason(long status) {
    std::string reason = "the server says " + std::to_string(status);
    switch (status) {
        case 401:
        case 403:
            return reason + " (not allowed)";
        case 404:
            return reason + " (not found)";
        case 410:
            return reason + " (gone)";
        case 416:
            return reason + " (no such part of the file)";
        case 429:
            return reason + " (too many requests)";
        case 500:
        case 502:
        case 503:
        case 504:
            return reason + " (out of order for now)";
    }
    return reason;
}

// Looks at the answer when its first byte comes, or at the end if none comes.
bool accept(Transfer& transfer) {
    if (transfer.answered) return transfer.refusal.empty();
    transfer.answered = true;
    curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &transfer.answer.status);
    DownloadAnswer& answer = transfer.answer;
    if (answer.status == 206) {
        if (!answer.ranged || transfer.range_first != transfer.request.first)
            transfer.refusal = "the server sends another part of the file than asked for";
    } else if (answer.status == 200) {
        answer.ranged = false;
        curl_off_t length = -1;
        curl_easy_getinfo(transfer.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        answer.total = length > 0 ? std::uint64_t(length) : 0;
    } else {
        transfer.refusal = status_reason(answer.status);
    }
    return transfer.refusal.empty();
}

std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* user) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    count *= size;
    if (!accept(transfer)) return 0;
    const std::uint64_t wanted = transfer.request.count;
    if (transfer.answer.ranged && wanted && count > wanted - transfer.received) {
        transfer.refusal = "the server sends more than asked for";
        return 0;
    }
    transfer.received += count;
    try {
        transfer.stopped = !transfer.take(transfer.answer, reinterpret_cast<const std::uint8_t*>(bytes), count);
    } catch (...) {
        transfer.thrown = std::current_exception();
        return 0;
    }
    return transfer.stopped ? 0 : count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(user)->cancel ? 1 : 0;
}

bool may_pass(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PARTIAL_FILE:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return true;
        default:
            return false;
    }
}

}  // namespace

DownloadEnd download(const DownloadRequest& request, const std::atomic<bool>& cancel, const DownloadTake& take) {
    using Kind = DownloadEnd::Kind;
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
    if (!handle) return {Kind::refused, "libcurl cannot be used"};
    CURL* curl = handle.get();
    Transfer transfer{request, cancel, take};
    transfer.curl = curl;
    char detail[CURL_ERROR_SIZE] = "";

    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "neural-style/" NEURAL_STYLE_VERSION);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
    const char* protocols = request.url.compare(0, 8, "https://") == 0 ? "https" : "https,http";
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, long(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS,
                     protocols[5] ? long(CURLPROTO_HTTP | CURLPROTO_HTTPS) : long(CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, long(request.stall_seconds));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, long(request.stall_seconds));
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    std::string range;
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, curl_slist_free_all);
    if (request.first || request.count) {
        range = std::to_string(request.first) + "-";
        if (request.count) range += std::to_string(request.first + request.count - 1);
        curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
        if (!request.if_tag.empty()) {
            headers.reset(curl_slist_append(nullptr, ("If-Range: " + request.if_tag).c_str()));
            curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
        }
    }

    const CURLcode code = curl_easy_perform(curl);
    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    if (transfer.stopped) return {Kind::stopped, ""};
    if (code == CURLE_ABORTED_BY_CALLBACK) return {Kind::cancelled, ""};
    if (code == CURLE_OK) accept(transfer);  // an answer without a body
    if (!transfer.refusal.empty()) {
        const long status = transfer.answer.status;
        const bool busy = status == 408 || status == 429 || status >= 500;
        return {busy ? Kind::broken : Kind::refused, transfer.refusal};
    }
    if (code == CURLE_OK) {
        if (transfer.answer.ranged && request.count && transfer.received != request.count)
            return {Kind::broken, "the server sent less than it announced"};
        return {Kind::complete, ""};
    }
    if (code == CURLE_PARTIAL_FILE) return {Kind::broken, "the connection was closed before the file's end"};
    if (code == CURLE_OPERATION_TIMEDOUT)
        return {Kind::broken, "no byte came for " + std::to_string(request.stall_seconds) + " seconds"};
    const std::string reason = detail[0] ? detail : curl_easy_strerror(code);
    return {may_pass(code) ? Kind::broken : Kind::refused, reason};
}

}  // namespace neural_style
