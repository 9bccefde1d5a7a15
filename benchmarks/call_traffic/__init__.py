"""What do call records look like? A generator of them, because sets of real ones are not public.

Nothing here is measured traffic. Call records are personal data and no operator publishes any, so every
figure that is reached with this generator says how a detector does on this generator and no more. What it is
made of:

* `numbering`: a number plan, made up; who holds which number; what stays empty.
* `operators`: who hands calls over, on which trunks, and how (or whether) they sign.
* `people`: a population that calls its contacts both ways, redials and calls back.
* `callers`: what ordinary organisations do (call centres, alerts, reminders, codes, polls …), and
  `frauds`: what seven kinds of campaigns do; both are tables of `Profile`s, each with its reason or source.
* `placing`: turns a profile into calls; `mobile`: SIM boxes and the ordinary things that look like them.
* `traffic`: puts a day together slice by slice, in bounded memory; `writing`: Parquet, CSV and the truth.

Same seed, same bytes. Seeds 1 to 10 are for setting thresholds, 11 to 20 for reporting.
"""
