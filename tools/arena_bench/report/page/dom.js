"use strict";

// Elements. All text goes in as text nodes: what a figure, a path or a processor is called is never read as HTML.

function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        made.setAttribute(name, value === true ? "" : String(value));
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
}

function svg_element(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    made.append(...children);
    return made;
}

function by_id(id) {
    return document.getElementById(id);
}

// A group of radio buttons; `changed` is told the value.
function choice(name, legend, values, chosen, changed) {
    const buttons = values.map(([value, label]) => {
        const input = element("input", {type: "radio", name, value, checked: value === chosen});
        input.addEventListener("change", () => changed(value));
        return element("label", {}, input, " ", label);
    });
    return [...(legend ? [element("legend", {}, legend)] : []), element("div", {class: "options"}, buttons)];
}

// "a", "a and b", "a, b and c"
function in_words(names) {
    if (names.length < 2) return names.join("");
    return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function plural(count, one, many = `${one}s`) {
    return `${count} ${count === 1 ? one : many}`;
}

// The same with at most `most` names, and "3 more" for the others.
function in_few_words(names, most = 3) {
    if (names.length <= most + 1) return in_words(names);
    return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
