#compdef cnct
# Completion of cnct in zsh: eval "$(cnct completion zsh)", after compinit
_cnct() {
    local -a lines whole begun
    local line
    lines=("${(@f)$("${words[1]}" _complete zsh "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        if [[ $line == *' ' ]]; then
            whole+=("${line% }")
        else
            begun+=("$line")
        fi
    done
    (( $#whole )) && compadd -- "${whole[@]}"
    (( $#begun )) && compadd -S '' -- "${begun[@]}"
}
(( $+functions[compdef] )) && compdef _cnct cnct
