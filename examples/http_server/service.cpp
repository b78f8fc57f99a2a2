#include "service.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <forward_list>
#include <new>
#include <numeric>
#include <optional>
#include <string_view>

#include "form_fields.hpp"

#if !defined(HTTP_SERVER_ON_HEAP)
#include <memory_arena/inspect.hpp>
#endif

namespace http_server {

namespace {

namespace json = boost::json;

constexpr std::string_view json_type = "application/json";

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

/// HEAD is a GET whose answer's body stays here: session::write.
bool gets_only(http::verb method) {
    return method == http::verb::get || method == http::verb::head;
}

response begin(const request& asked, http::status status, std::string_view type,
               const request_memory& in) {
    response made(std::piecewise_construct, std::make_tuple(in.get_allocator()),
                  std::make_tuple(in.get_allocator()));
    made.version(asked.version());
    made.result(status);
    made.keep_alive(asked.keep_alive());
    made.set(http::field::server, "memory_arena http_server");
    made.set(http::field::content_type, boost::beast::string_view(type.data(), type.size()));
    return made;
}

void append_json(const json::value& what, text& to) {
    json::serializer serializer;
    serializer.reset(&what);
    std::array<char, 4096> piece;  // NOLINT(*-member-init): read() writes before it is read
    while (!serializer.done()) {
        const json::string_view written = serializer.read(piece.data(), piece.size());
        to.append(written.data(), written.size());
    }
}

response finish(response made) {
    made.prepare_payload();
    return made;
}

response json_answer(const request& asked, const json::value& what, const request_memory& in) {
    response made = begin(asked, http::status::ok, json_type, in);
    append_json(what, made.body());
    made.body().push_back('\n');
    return finish(std::move(made));
}

/// Itself, and all that is in it.
std::uint64_t count_values(const json::value& in) {
    std::uint64_t count = 1;
    if (const json::array* const array = in.if_array()) {
        for (const json::value& each : *array) count += count_values(each);
    } else if (const json::object* const object = in.if_object()) {
        for (const json::key_value_pair& each : *object) count += count_values(each.value());
    }
    return count;
}

json::value value_of(const form_fields& of, const request_memory& in) {
    json::array list(in.json_storage());
    list.reserve(of.all().size());
    for (const auto& [name, value] : of.all()) {
        list.emplace_back(json::array({json::string_view(name.data(), name.size()),
                                       json::string_view(value.data(), value.size())},
                                      in.json_storage()));
    }
    json::object all(in.json_storage());
    all.emplace("count", of.all().size());
    all.emplace("fields", std::move(list));
    json::value result(std::move(all), in.json_storage());
    return result;
}

/// None where it is anything else, or too large.
std::optional<std::uint64_t> number_in(std::optional<std::string_view> written) {
    if (!written) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = written->data() + written->size();
    const auto [stopped_at, error] = std::from_chars(written->data(), end, number);
    return error == std::errc() && stopped_at == end ? std::optional(number) : std::nullopt;
}

}  // namespace

void service::count(http::status status) {
    const auto kind = static_cast<std::size_t>(status) / 100;
    answers_[kind < answers_.size() ? kind : 0].fetch_add(1, std::memory_order_relaxed);
}

response service::answer(const request& asked, const request_memory& in) {
    try {
        response made = try_to_answer(asked, in);
        count(made.result());
        return made;
    } catch (const std::bad_alloc&) {
        // The arena stays usable for what fits: mostly a short answer still does. Its exhaustion
        // ends this request and no other one.
        return refusal(http::status::payload_too_large, "this takes more memory than a request may",
                       asked.keep_alive(), in);
    }
}

response service::refusal(http::status status, std::string_view why, bool keeps_alive,
                          const request_memory& in) {
    request none(std::piecewise_construct, std::make_tuple(in.get_allocator()),
                 std::make_tuple(in.get_allocator()));
    none.version(11);
    none.keep_alive(keeps_alive);
    response made = begin(none, status, "text/plain", in);
    made.body().append(why).push_back('\n');
    count(status);
    return finish(std::move(made));
}

response service::try_to_answer(const request& asked, const request_memory& in) {
    const std::string_view path = path_of(view(asked.target()));
    const bool gets = gets_only(asked.method());
    if (path == "/parse" && (gets || asked.method() == http::verb::post)) return parse(asked, in);
    if (path == "/sum" && gets) return sum(asked, in);
    if (path == "/metrics" && gets) return metrics(asked, in);
    if (path == "/healthz" && gets) {
        response made = begin(asked, http::status::ok, "text/plain", in);
        made.body() = "ok\n";
        return finish(std::move(made));
    }
    const bool is_known =
        path == "/parse" || path == "/sum" || path == "/metrics" || path == "/healthz";
    if (!is_known) {
        return refusal(http::status::not_found, "there is nothing here", asked.keep_alive(), in);
    }
    response made =
        refusal(http::status::method_not_allowed, "not this method here", asked.keep_alive(), in);
    made.set(http::field::allow, path == "/parse" ? "GET, HEAD, POST" : "GET, HEAD");
    return made;
}

response service::parse(const request& asked, const request_memory& in) {
    const auto bad = [&](std::string_view why) {
        return refusal(http::status::bad_request, why, asked.keep_alive(), in);
    };
    if (view(asked[http::field::content_type]).starts_with(json_type)) {
        boost::system::error_code error;
        const json::value document = json::parse(
            json::string_view(asked.body().data(), asked.body().size()), error, in.json_storage());
        if (error) return bad("this is no JSON");
        json::object all(in.json_storage());
        all.emplace("values", count_values(document));
        all.emplace("json", document);
        return json_answer(asked, json::value(std::move(all), in.json_storage()), in);
    }
    const auto fields = form_fields::parse(
        gets_only(asked.method()) ? query_of(view(asked.target())) : std::string_view(asked.body()),
        in);
    if (!fields) return bad("a % here isn't followed by two hexadecimal digits");
    return json_answer(asked, value_of(*fields, in), in);
}

/// Adds up 1 to n, in a list of n nodes: a request that makes many small objects.
response service::sum(const request& asked, const request_memory& in) {
    const auto fields = form_fields::parse(query_of(view(asked.target())), in);
    const auto n = fields ? number_in(fields->find("n")) : std::nullopt;
    if (!n || *n > limits_.numbers) {
        return refusal(
            http::status::bad_request, "n is a number, up to a million", asked.keep_alive(), in);
    }
    std::forward_list<std::uint64_t, request_memory::allocator<std::uint64_t>> numbers(
        in.get_allocator());
    for (std::uint64_t number = 1; number <= *n; ++number) numbers.push_front(number);
    json::object all(in.json_storage());
    all.emplace("n", *n);
    all.emplace("sum", std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}));
    return json_answer(asked, json::value(std::move(all), in.json_storage()), in);
}

response service::metrics(const request& asked, const request_memory& in) {
    response made = begin(
        asked, http::status::ok, "application/openmetrics-text; version=1.0.0; charset=utf-8", in);
    text& to = made.body();
    const auto describe = [&to](std::string_view name, std::string_view type) {
        to.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    };
    const auto add = [&to](std::string_view name, std::string_view labels, std::uint64_t value) {
        to.append(name).append(labels).append(" ").append(std::to_string(value)).append("\n");
    };
    describe("http_server_answers", "counter");
    constexpr std::array<std::string_view, 4> kinds{
        R"({status="2xx"})", R"({status="3xx"})", R"({status="4xx"})", R"({status="5xx"})"};
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        add("http_server_answers_total", kinds[kind],
            answers_[kind + 2].load(std::memory_order_relaxed));
    }
#if defined(HTTP_SERVER_ON_HEAP)
    to.append("# EOF\n");
#else
    const memory_arena::arena_pool_usage now = memory_.usage();
    describe("http_server_arenas", "gauge");
    add("http_server_arenas", R"({state="made"})", now.made);
    add("http_server_arenas", R"({state="in_use"})", now.in_use);
    describe("http_server_check_outs", "counter");
    add("http_server_check_outs_total", "", now.check_outs);
    describe("http_server_refusals", "counter");
    add("http_server_refusals_total", "", now.refusals);
    to.append(memory_arena::to_open_metrics());  // of each arena; with the end of all
#endif
    return finish(std::move(made));
}

}  // namespace http_server
