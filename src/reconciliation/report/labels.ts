import type { DiscrepancyCode, Severity } from '../../discrepancies/index.ts'
import type { Label } from '../../platform/pdf/pen.ts'
import type { ReconciliationStatus } from '../rules.ts'

/** What each check of a run makes sure of, by its code. */
export const checkLabels: Readonly<Record<string, Label>> = {
  conservation: ['Κανένα σετ δεν χάνεται ούτε εμφανίζεται', 'No kit appears or disappears'],
  balance_is_sum_of_movements: ['Τα υπόλοιπα προκύπτουν από τις κινήσεις', 'Balances are the sum of movements'],
  no_stock_from_nothing: ['Καμία αποθήκη κάτω από το μηδέν', 'No warehouse below zero'],
  negative_balance: ['Κανένα σχολείο κάτω από το μηδέν', 'No school below zero'],
  reserved_is_promised: ['Τα δεσμευμένα αντιστοιχούν σε κατανομή', 'What is reserved is promised'],
  nothing_promised_twice: ['Τίποτε δεν δεσμεύεται δύο φορές', 'Nothing is promised twice'],
  allocation_adds_up: ['Η κατανομή συμφωνεί με το απόθεμα και τις ανάγκες', 'The allocation adds up'],
  kits_left_at_school: ['Δεν έμειναν σετ στα σχολεία', 'No kits are left at schools'],
  kits_suffice: ['Τα σετ στα σχολεία φτάνουν για όσα παιδιά μένουν', 'Kits at schools suffice for the children left'],
  shipments_add_up: ['Οι αποστολές συμφωνούν', 'Shipments add up'],
  transit_is_under_way: ['Ό,τι είναι καθ’ οδόν έχει αποσταλεί', 'What is in transit was dispatched'],
  missing_in_transit: ['Τίποτε δεν λείπει από αποστολές', 'Nothing is missing from shipments'],
  rejected_not_returned: ['Όσα απορρίφθηκαν επέστρεψαν', 'What was rejected came back'],
  in_transit: ['Τίποτε δεν έμεινε καθ’ οδόν', 'Nothing is left in transit'],
  handed_out_is_accounted_for: ['Κάθε παράδοση έχει δικαίωμα', 'Every hand-out is accounted for'],
  one_live_voucher_per_enrollment: ['Ένα ισχύον δελτίο ανά παιδί', 'One live voucher per enrollment'],
  one_redemption_per_voucher: ['Μία παράδοση ανά δελτίο', 'One redemption per voucher'],
  vouchers_are_redeemed: ['Δελτία και παραδόσεις συμφωνούν', 'Vouchers and redemptions agree'],
  handouts_are_moved: ['Κάθε παράδοση είναι στο βιβλίο', 'Every hand-out is in the ledger'],
  refused_handouts_are_reported: ['Κάθε παράδοση παρά την άρνηση αναφέρθηκε', 'Refused hand-outs are reported'],
  receipts_are_moved: ['Κάθε παραλαβή είναι στο βιβλίο', 'Every receipt is in the ledger'],
  within_budget: ['Εντός προϋπολογισμού', 'Within budget'],
  target_met: ['Ο στόχος επιτεύχθηκε', 'The target is met'],
  changes_have_events: ['Κάθε μεταβολή έχει ίχνος', 'Every change is in the trail'],
  reports_are_answered: ['Κάθε αναφορά έχει απάντηση', 'Every report is answered'],
}

/** What each kind of discrepancy is called. */
export const discrepancyLabels: Readonly<Record<DiscrepancyCode, Label>> = {
  duplicate_handout: ['Διπλή παράδοση', 'Second hand-out'],
  refused_handout: ['Παράδοση παρά την άρνηση', 'Handed out though refused'],
  missing_in_transit: ['Λείπουν από αποστολή', 'Missing in transit'],
  negative_balance: ['Υπόλοιπο κάτω από το μηδέν', 'Balance below zero'],
  kits_short_at_school: ['Λιγότερα σετ στο σχολείο από όσα χρειάζονται', 'Fewer kits at a school than needed'],
  over_budget: ['Υπέρβαση προϋπολογισμού', 'Over budget'],
  count_variance: ['Διαφορά απογραφής', 'Count variance'],
  target_not_met: ['Ο στόχος δεν επιτεύχθηκε', 'Target not met'],
  ledger_mismatch: ['Ασυμφωνία βιβλίου', 'Ledger mismatch'],
  shipment_mismatch: ['Ασυμφωνία αποστολής', 'Shipment mismatch'],
  handout_mismatch: ['Ασυμφωνία παραδόσεων', 'Hand-out mismatch'],
  allocation_mismatch: ['Ασυμφωνία κατανομής', 'Allocation mismatch'],
  event_missing: ['Μεταβολή χωρίς ίχνος', 'Change without a trace'],
  kits_left_at_school: ['Σετ που έμειναν σε σχολείο', 'Kits left at a school'],
  in_transit: ['Σετ ακόμη καθ’ οδόν', 'Still in transit'],
  rejected_not_returned: ['Απορρίφθηκαν και δεν επέστρεψαν', 'Rejected and not returned'],
}

/** How much a discrepancy weighs. */
export const severityLabels: Readonly<Record<Severity, Label>> = {
  info: ['Πληροφορία', 'Info'],
  warning: ['Προειδοποίηση', 'Warning'],
  error: ['Σφάλμα', 'Error'],
}

/** How a run ended. */
export const runLabels: Readonly<Record<ReconciliationStatus, Label>> = {
  running: ['Σε εξέλιξη', 'Running'],
  clean: ['Χωρίς ευρήματα', 'Clean'],
  findings: ['Με ευρήματα', 'With findings'],
  signed: ['Υπογεγραμμένη', 'Signed'],
}
