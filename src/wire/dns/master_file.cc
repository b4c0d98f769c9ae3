#include "wire/dns/master_file.h"

#include <strings.h>

#include "base/metrics.h"
#include "wire/dns/generate.h"
#include "wire/dns/master_lexer.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

using Words = std::span<const Token>;

// Where an error is: a word, or behind the last one.
const char* start_of(const Token& word) {
    return word.text.data() - (word.quoted ? 1 : 0);
}
const char* end_of(const Token& word) {
    return word.text.data() + word.text.size() + (word.quoted ? 1 : 0);
}

bool is_directive(const Token& word, std::string_view name) {
    return word.text.size() == name.size() &&
           strncasecmp(word.text.data(), name.data(), name.size()) == 0;
}

std::string cite(const Token& word) {
    return "\"" + std::string(word.text.substr(0, 80)) + "\"";
}

class MasterParser {
  public:
    MasterParser(std::string_view text, std::string_view file, const MasterOptions& options,
                 const std::function<void(const MasterRecord&)>& on_record,
                 const std::function<void(MasterDiagnostic)>& on_diagnostic)
        : lexer_(text),
          file_(file),
          options_(options),
          on_record_(on_record),
          on_diagnostic_(on_diagnostic),
          origin_(options.origin) {}

    MasterSummary summary() const { return summary_; }

    void read() {
        std::vector<Token> words;
        while (!stopped_) {
            const auto got = lexer_.next(words);
            if (got == MasterLexer::Got::kEnd) break;
            if (got == MasterLexer::Got::kFault) {
                error(lexer_.fault_at(), lexer_.fault_text());
            } else if (!lexer_.owner_is_omitted() && !words[0].quoted && words[0].text[0] == '$') {
                read_directive(words);
            } else {
                read_record(words, lexer_.owner_is_omitted());
            }
        }
    }

  private:
    // --- records ---
    void read_record(Words words, bool owner_is_omitted) {
        record_end_ = end_of(words.back());
        if (!owner_is_omitted) {
            owner_is_known_ = read_name(words[0], owner_);
            words = words.subspan(1);
        } else if (!has_owner_) {
            return error(start_of(words[0]),
                         "the first record has no owner; a line that begins with a blank takes the "
                         "owner above it");
        }
        has_owner_ = true;
        // Without its owner's name a record would land at the name above: the error was told there.
        if (!owner_is_known_) return;
        std::optional<std::uint32_t> ttl;
        Type type;
        if (!read_ttl_and_class(words, ttl) || !read_type(words, type)) return;
        rdata_.clear();
        if (const auto fault = parse_rdata(type, words.subspan(1), origin_, rdata_)) {
            const std::size_t at = fault->token + 1;
            return error(at < words.size() ? start_of(words[at]) : record_end_,
                         type_text(type) + " record: " + fault->text);
        }
        if (ttl) last_ttl_ = ttl;
        const auto effective = ttl ? ttl : default_ttl(type);
        if (!effective)
            return error(
                start_of(words[0]),
                "no TTL is known here; put $TTL SECONDS at the top or a TTL before the type");
        emit(type, *effective);
    }

    bool read_name(const Token& word, Name& out) {
        const NameFault fault =
            word.quoted ? NameFault::kEmpty : Name::parse_into(word.text, origin_, out);
        if (fault == NameFault::kNone) return true;
        error(start_of(word), word.quoted
                                  ? "a domain name stands without quotes"
                                  : cite(word) + ": " + std::string(name_fault_text(fault)));
        return false;
    }

    // Both may be missing and either may come first; moves `words` to the type.
    bool read_ttl_and_class(Words& words, std::optional<std::uint32_t>& ttl) {
        bool has_class = false;
        for (; !words.empty() && !words[0].quoted; words = words.subspan(1)) {
            const Token& word = words[0];
            if (word.text[0] >= '0' && word.text[0] <= '9') {
                if (ttl)
                    return error(start_of(word), "a second TTL " + cite(word) + "; one is right"),
                           false;
                ttl = parse_ttl(word.text);
                if (!ttl)
                    return error(start_of(word),
                                 cite(word) +
                                     " is no TTL; write 0 to 2147483647 seconds, or as 1h30m"),
                           false;
                continue;
            }
            const auto klass = class_from_text(word.text);
            if (!klass) break;
            if (has_class)
                return error(start_of(word), "a second class " + cite(word) + "; one is right"),
                       false;
            if (*klass != Class::kIn)
                return error(start_of(word), "class " + cite(word) + " is not served; only IN is"),
                       false;
            has_class = true;
        }
        if (!words.empty()) return true;
        error(record_end_,
              "the record ends before its type; a record is OWNER [TTL] [IN] TYPE DATA");
        return false;
    }

    bool read_type(Words words, Type& type) {
        const auto found = words[0].quoted ? std::nullopt : type_from_text(words[0].text);
        if (!found) {
            error(start_of(words[0]),
                  cite(words[0]) +
                      " is no record type; write one such as A, or TYPEnnn with \\# data");
            return false;
        }
        type = *found;
        if (!is_meta_type(type)) return true;
        error(start_of(words[0]),
              cite(words[0]) + " is a type of questions only; no zone holds it");
        return false;
    }

    // RFC 2308 §4: $TTL, else the TTL last given; else the SOA's own minimum, as BIND has it.
    std::optional<std::uint32_t> default_ttl(Type type) {
        if (file_ttl_) return file_ttl_;
        if (last_ttl_) return last_ttl_;
        if (options_.default_ttl) return options_.default_ttl;
        if (type != Type::kSoa) return {};
        ByteReader reader(rdata_, rdata_.size() - 4);
        last_ttl_ = std::min(reader.u32(), kTtlMax);
        return last_ttl_;
    }

    void emit(Type type, std::uint32_t ttl) {
        if (summary_.records == options_.records_max) {
            limit_hit(Limit::kZoneRecords);
            error(nullptr,
                  "more than " + std::to_string(options_.records_max) + " records; split the zone");
            stopped_ = true;
            return;
        }
        ++summary_.records;
        on_record_({owner_, type, ttl, rdata_, file_, lexer_.line()});
    }

    // --- directives ---
    void read_directive(Words words) {
        const Token& word = words[0];
        if (is_directive(word, "$ORIGIN")) return read_origin(words);
        if (is_directive(word, "$TTL")) return read_default_ttl(words);
        if (is_directive(word, "$INCLUDE")) return read_include(words);
        if (is_directive(word, "$GENERATE")) return read_generate(words);
        error(start_of(word),
              cite(word) + " is no directive; there are $ORIGIN, $TTL, $INCLUDE and $GENERATE");
    }

    void read_origin(Words words) {
        if (words.size() != 2) return error(start_of(words[0]), "write $ORIGIN NAME");
        Name origin;
        if (read_name(words[1], origin)) origin_ = origin;
    }

    void read_default_ttl(Words words) {
        const auto ttl = words.size() == 2 ? parse_ttl(words[1].text) : std::nullopt;
        if (!ttl)
            return error(start_of(words[0]), "write $TTL SECONDS, 0 to 2147483647, or as 1h30m");
        file_ttl_ = ttl;
    }

    // The included file sees this one's origin, owner and TTL, and leaves them as they were.
    void read_include(Words words) {
        if (words.size() != 2 && words.size() != 3)
            return error(start_of(words[0]), "write $INCLUDE FILE [ORIGIN]");
        if (depth_ == options_.include_depth_max) {
            limit_hit(Limit::kZoneIncludes);
            return error(start_of(words[0]), "files include one another more than " +
                                                 std::to_string(options_.include_depth_max) +
                                                 " deep");
        }
        if (includes_ == options_.includes_max) {
            limit_hit(Limit::kZoneIncludes);
            return error(start_of(words[0]), "more than " + std::to_string(options_.includes_max) +
                                                 " files are included");
        }
        if (!options_.include) return error(start_of(words[0]), "$INCLUDE is not allowed here");
        std::string path;
        for (std::size_t at = 0; at < words[1].text.size();) {
            std::uint8_t octet;
            if (!next_octet(words[1].text, at, octet))
                return error(start_of(words[1]), "bad escape in the file's name");
            path += static_cast<char>(octet);
        }
        Name origin = origin_;
        if (words.size() == 3 && !read_name(words[2], origin)) return;
        ++includes_;
        const auto file = options_.include(path, file_);
        if (!file) return error(start_of(words[1]), file.error().text);
        if (is_open(file->name)) {
            return error(start_of(words[1]), cite(words[1]) + " includes itself");
        }
        MasterParser inner(*this, *file, origin);
        inner.read();
        summary_ = inner.summary_;
        includes_ = inner.includes_;
        generated_count_ = inner.generated_count_;
        stopped_ = inner.stopped_;
    }

    bool is_open(std::string_view file) const {
        for (const MasterParser* at = this; at; at = at->outer_) {
            if (at->file_ == file) return true;
        }
        return false;
    }

    MasterParser(const MasterParser& outer, const IncludedFile& file, const Name& origin)
        : lexer_(file.text),
          file_(file.name),
          options_(outer.options_),
          on_record_(outer.on_record_),
          on_diagnostic_(outer.on_diagnostic_),
          origin_(origin),
          owner_(outer.owner_),
          has_owner_(outer.has_owner_),
          owner_is_known_(outer.owner_is_known_),
          file_ttl_(outer.file_ttl_),
          last_ttl_(outer.last_ttl_),
          depth_(outer.depth_ + 1),
          includes_(outer.includes_),
          generated_count_(outer.generated_count_),
          outer_(&outer),
          summary_(outer.summary_) {}

    // $GENERATE RANGE LHS [TTL] [CLASS] TYPE RHS: the text of each record goes through the same
    // reading.
    void read_generate(Words words) {
        if (words.size() < 5)
            return error(start_of(words[0]),
                         "write $GENERATE FIRST-LAST[/STEP] OWNER [TTL] [IN] TYPE DATA");
        const auto range = generate_range(words[1].text);
        if (!range)
            return error(
                start_of(words[1]),
                cite(words[1]) + " is no range; write FIRST-LAST or FIRST-LAST/STEP, as in 1-10/2");
        if (range->count() > options_.generate_records_max) {
            limit_hit(Limit::kZoneGenerated);
            return error(start_of(words[1]), std::to_string(range->count()) +
                                                 " records; one $GENERATE may make " +
                                                 std::to_string(options_.generate_records_max));
        }
        generated_count_ += range->count();
        if (generated_count_ > options_.generated_max) {
            limit_hit(Limit::kZoneGenerated);
            return error(start_of(words[0]), "more than " + std::to_string(options_.generated_max) +
                                                 " records are generated");
        }
        const std::string form = generate_form(words.subspan(2));
        const std::uint64_t errors = summary_.errors;
        generating_ = start_of(words[0]);
        for (std::uint64_t value = range->first; value <= range->last && !stopped_;
             value += range->step) {
            generate_one(form, static_cast<std::uint32_t>(value));
            if (summary_.errors > errors) break;  // the others would say the same
        }
        generating_ = nullptr;
    }

    // The record's text before replacement. As in BIND, data that is one quoted string is its
    // contents.
    static std::string generate_form(Words words) {
        std::string form;
        const bool unwrap = words.back().quoted && words.size() >= 3 &&
                            !words[words.size() - 2].quoted &&
                            type_from_text(words[words.size() - 2].text).has_value();
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool quote = words[i].quoted && !(unwrap && i + 1 == words.size());
            if (i > 0 && !words[i].glued) form += ' ';
            if (quote) form += '"';
            form += words[i].text;
            if (quote) form += '"';
        }
        return form;
    }

    void generate_one(const std::string& form, std::uint32_t value) {
        generated_.clear();
        if (const auto fault = generate_text(form, value, generated_))
            return error(generating_, *fault);
        MasterLexer lexer(generated_);
        if (lexer.next(generated_words_) != MasterLexer::Got::kEntry)
            return error(generating_,
                         "the text made for " + std::to_string(value) + " is no record");
        read_record(generated_words_, false);
    }

    // --- diagnostics ---
    void error(const char* at, std::string message) {
        if (++summary_.errors > options_.diagnostics_max) return limit_hit(Limit::kFindings);
        if (generating_) message = "$GENERATE made: " + generated_.substr(0, 120) + ": " + message;
        const auto place = lexer_.place(generating_ ? generating_ : at);
        on_diagnostic_({std::string(file_), place.line, place.column, std::move(message)});
    }

    MasterLexer lexer_;
    std::string_view file_;
    const MasterOptions& options_;
    const std::function<void(const MasterRecord&)>& on_record_;
    const std::function<void(MasterDiagnostic)>& on_diagnostic_;
    Name origin_;
    Name owner_;
    bool has_owner_ = false;
    bool owner_is_known_ = false;
    bool stopped_ = false;
    std::optional<std::uint32_t> file_ttl_;
    std::optional<std::uint32_t> last_ttl_;
    std::size_t depth_ = 0;
    std::size_t includes_ = 0;
    std::size_t generated_count_ = 0;
    const MasterParser* outer_ = nullptr;  // of the file that includes this one
    MasterSummary summary_;
    std::vector<std::uint8_t> rdata_;
    const char* record_end_ = nullptr;  // behind the last word
    const char* generating_ = nullptr;  // the directive whose records are being made
    std::string generated_;
    std::vector<Token> generated_words_;
};

}  // namespace

MasterSummary parse_master_file(std::string_view text, std::string_view file,
                                const MasterOptions& options,
                                const std::function<void(const MasterRecord&)>& on_record,
                                const std::function<void(MasterDiagnostic)>& on_diagnostic) {
    MasterParser parser(text, file, options, on_record, on_diagnostic);
    parser.read();
    return parser.summary();
}

}  // namespace fairway::wire::dns
