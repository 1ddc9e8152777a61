# Completion of cnct in fish: cnct completion fish | source
function __cnct_complete
    cnct _complete fish (commandline -opc) (commandline -ct) 2>/dev/null | string trim --right
end
complete -c cnct -f -a '(__cnct_complete)'
