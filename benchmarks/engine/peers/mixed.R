# lme4 and ordinal: ratees and raters as crossed random effects, items as fixed effects.
# usage: Rscript mixed.R METHOD DATA OUT, METHOD one of lmer, lmer+cell, clmm, clmm+cell
# (+cell: what one rater's ratings of one ratee share). Fits are timed and repeated as in adapter.py.
arguments <- commandArgs(trailingOnly = TRUE)
method <- arguments[1]; data <- arguments[2]; out <- arguments[3]
ordinal <- startsWith(method, "clmm")
package <- if (ordinal) "ordinal" else "lme4"
if (!requireNamespace(package, quietly = TRUE)) quit(status = 69)
suppressPackageStartupMessages(library(package, character.only = TRUE))

column <- function(name, size) {
  path <- file.path(data, paste0(name, ".bin"))
  readBin(path, "integer", n = file.size(path) / size, size = size)
}
begun <- proc.time()[["elapsed"]]
ratings <- data.frame(
  ratee = factor(column("ratee", 4)), rater = factor(column("rater", 4)),
  item = factor(column("item", 4)), rating = column("rating", 1)
)
if (ordinal) ratings$rating <- factor(ratings$rating, ordered = TRUE)
terms <- c(if (nlevels(ratings$item) > 1) "item", "(1 | ratee)", "(1 | rater)")
if (endsWith(method, "+cell")) {
  if (nlevels(ratings$item) == 1) { message("one rating a cell: its halo is not seen"); quit(status = 70) }
  ratings$cell <- interaction(ratings$ratee, ratings$rater, drop = TRUE)
  terms <- c(terms, "(1 | cell)")
}
formula <- reformulate(terms, "rating")
prepared <- proc.time()[["elapsed"]] - begun

seconds <- worked <- c()
while (length(seconds) < 3 && sum(seconds) < 10) {
  timing <- system.time(fit <- if (ordinal) clmm(formula, ratings) else lmer(formula, ratings))
  seconds <- c(seconds, timing[["elapsed"]])
  worked <- c(worked, timing[["user.self"]] + timing[["sys.self"]])
}
status <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
facts <- list(
  version = shQuote(packageVersion(package), "cmd"),
  seconds = min(seconds),
  cpu_seconds = worked[which.min(seconds)],
  first_seconds = seconds[1],
  prepare_seconds = prepared,
  peak_mb = as.numeric(gsub("[^0-9]", "", status)) / 1024,
  converged = if (ordinal) fit$optRes$convergence == 0 else fit@optinfo$conv$opt == 0
)

design <- paste(readLines(file.path(data, "design.json"), warn = FALSE), collapse = "")
write <- function(name, effects, values, size) {
  all <- rep(NaN, as.integer(sub(paste0(".*\"", size, "\": *([0-9]+).*"), "\\1", design)))
  all[as.integer(rownames(effects)) + 1] <- values
  writeBin(all, file.path(out, paste0(name, ".bin")))
}
effects <- if (ordinal) ranef(fit) else ranef(fit, condVar = TRUE)
variance <- if (ordinal) condVar(fit)$ratee[[1]] else attr(effects$ratee, "postVar")[1, 1, ]
write("theta", effects$ratee, effects$ratee[[1]], "n_ratees")
write("theta_se", effects$ratee, sqrt(variance), "n_ratees")
write("severity", effects$rater, -effects$rater[[1]], "n_raters")
values <- tolower(vapply(facts, format, "", digits = 10))
writeLines(paste0("{", paste0("\"", names(facts), "\": ", values, collapse = ", "), "}"), file.path(out, "facts.json"))
