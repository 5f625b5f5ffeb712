/* Reads a calendar on standard input with libical and prints one line "what<TAB>value" for each thing it understood:
   error (parse errors and broken RFC 5546 restrictions), component, method, and properties and parameters of events. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static void print_escaped(const char *what, const char *text)
{
    printf("%s\t", what);
    for (; text && *text; text++) {
        if (*text == '\\') fputs("\\\\", stdout);
        else if (*text == '\n') fputs("\\n", stdout);
        else if (*text == '\r') fputs("\\r", stdout);
        else putchar(*text);
    }
    putchar('\n');
}

static void print_property(icalproperty *property)
{
    char what[64];
    const char *name = icalproperty_get_property_name(property);
    icalvalue *value = icalproperty_get_value(property);
    int is_text = value && icalvalue_isa(value) == ICAL_TEXT_VALUE;

    print_escaped(name, is_text ? icalvalue_get_text(value) : icalproperty_get_value_as_string(property));
    for (icalparameter *p = icalproperty_get_first_parameter(property, ICAL_ANY_PARAMETER); p;
         p = icalproperty_get_next_parameter(property, ICAL_ANY_PARAMETER)) {
        char *text = icalparameter_as_ical_string_r(p);
        snprintf(what, sizeof what, "%s;", name);
        print_escaped(what, icalparameter_isa(p) == ICAL_CN_PARAMETER ? icalparameter_get_cn(p) : text);
        free(text);
    }
}

static void print_errors(icalcomponent *component)
{
    for (icalproperty *p = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY); p;
         p = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY))
        print_escaped("error", icalproperty_get_xlicerror(p));
    for (icalcomponent *c = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); c;
         c = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        print_errors(c);
}

int main(void)
{
    size_t size = 0, room = 1 << 20;
    char *text = malloc(room + 1);
    size = fread(text, 1, room, stdin);
    text[size] = 0;
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar) {
        print_escaped("error", "libical parsed nothing");
        return 0;
    }
    icalrestriction_check(calendar);
    print_errors(calendar);
    print_escaped("component", icalcomponent_kind_to_string(icalcomponent_isa(calendar)));
    icalproperty *method = icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY);
    print_escaped("method", method ? icalproperty_get_value_as_string(method) : "");
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        print_escaped("event", "");
        for (icalproperty *p = icalcomponent_get_first_property(event, ICAL_ANY_PROPERTY); p;
             p = icalcomponent_get_next_property(event, ICAL_ANY_PROPERTY))
            print_property(p);
    }
    return 0;
}
