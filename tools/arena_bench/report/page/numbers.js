// Three digits or so, which is what a measurement is good for; the exact figure is in the attribute beside it.

function is_number(value) {
    return typeof value === "number" && Number.isFinite(value);
}

function with_commas(digits) {
    return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function format_number(value) {
    if (!is_number(value)) return "–";
    const size = Math.abs(value);
    if (value === 0) return "0";
    if (size >= 1000) return with_commas(value.toFixed(0));
    if (Number.isInteger(value)) return value.toFixed(0);
    if (size >= 99.95) return value.toFixed(1);
    if (size >= 9.995) return value.toFixed(1);
    if (size >= 0.0995) return value.toFixed(2);
    return Number(value.toPrecision(2)).toString();
}

function format_ratio(ratio) {
    if (!is_number(ratio)) return "";
    if (ratio >= 9999.5) return ">9,999×";
    if (ratio >= 100) return `${with_commas(ratio.toFixed(0))}×`;
    return `${ratio.toFixed(ratio >= 9.995 ? 1 : 2)}×`;
}

function format_seconds(seconds) {
    if (!is_number(seconds)) return "";
    const whole = Math.round(seconds);
    return whole < 120 ? plural(whole, "second") : `${Math.round(whole / 60)} minutes`;
}
