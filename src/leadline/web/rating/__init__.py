"""The rating form: drafts while a rater answers, submissions without a rater after."""
