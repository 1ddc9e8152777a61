# Completion of cnct in bash: eval "$(cnct completion bash)"
_cnct_complete() {
    local line
    COMPREPLY=()
    # bash breaks words at = and :, so the whole line goes to cnct, which returns the part to replace.
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \
        COMP_WORDBREAKS="$COMP_WORDBREAKS" "$1" _complete bash 2>/dev/null)
}
complete -o nospace -o nosort -F _cnct_complete cnct 2>/dev/null ||
    complete -o nospace -F _cnct_complete cnct
