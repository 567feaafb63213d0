;;; bridge.el --- Evaluates what a test says, with mastodon.el  -*- lexical-binding: t -*-

;; A line of standard input is a form; the answer is a line of JSON on standard output.

(require 'json)
(require 'mastodon)
(require 'mastodon-auth)
(require 'mastodon-toot)
(require 'mastodon-tl)
(require 'mastodon-notifications)
(require 'mastodon-search)

;; An Emacs without windows has no pictures to show either.
(unless (fboundp 'image-transforms-p)
  (defun image-transforms-p (&rest _) nil))
(advice-add 'create-image :override (lambda (&rest _) nil))

(defun bridge-answer (line)
  "Return what evaluating LINE gives, or its error, as JSON."
  (condition-case failure
      (json-encode `((result . ,(eval (car (read-from-string line)) t))))
    (error (json-encode `((error . ,(symbol-name (car failure)))
                          (text . ,(error-message-string failure)))))))

(let (line)
  (while (setq line (ignore-errors (read-from-minibuffer "")))
    (princ (concat "\n" (bridge-answer line) "\n"))))
;;; bridge.el ends here
