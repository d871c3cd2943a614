"""Why files that are labelled valid are not clean: each was looked at by hand. The label speaks of their envelope only.

Name -> the codes of its faults, and what its author did.
"""

_SC_GROUP = "an aerospace guide puts its orders and acknowledgments into a group SC, which is that of the price catalog"
_NO_LINES = "a snippet without any order line"
_NO_PURPOSE = "the purpose in the first segment was left out"

NOT_CLEAN: dict[str, tuple[set[str], str]] = {
    # 810
    "EDI-Map-Check__810_defects.edi": (
        {"AK304:7", "AK403:7", "AK403:8"},
        "made with defects: 35th of June, unit XX, N1 behind ITD",
    ),
    "EDI-Map-Check__810_sap.edi": ({"AK403:1"}, "no invoice date"),
    "edi-debatcher__810_-_2_ISAs_-_1_STs_-_2_STs.txt": ({"AK403:3"}, "an empty element at the end of TDS"),
    "irobayna-stupidedi__004010-X348_SC810_Aerospace_Industry_Invoice-pass-basic-invoice.edi": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "kputnam-stupidedi__004010-IN810-pass-1.edi": ({"AK403:2"}, "quantities without their unit"),
    "moov-io-x12__example_4010_810-sample.txt": ({"AK403:3"}, "an empty element at the end of QTY"),
    "sterling-edi-app__sample_810.x12": (
        {"AK403:6", "AK403:7", "AK403:8"},
        "the order number stands in the date, the basis of the price is CB, the total has a point",
    ),
    # 850
    "EDI-Map-Check__850_baseline.edi": ({"AK304:7"}, "SAC behind DTM"),
    "EDI-Map-Check__850_multi_baseline.edi": ({"AK403:1"}, _NO_PURPOSE),
    "EDI-Map-Check__850_multi_defects.edi": ({"AK403:1"}, _NO_PURPOSE),
    "EDI-Map-Check__850_partner.edi": ({"AK403:1"}, "nothing but the number in BEG"),
    "EDI-Map-Check__850_pii.edi": ({"AK403:7"}, "REF01 is DEA, which is no code"),
    "EDI-Map-Check__850_usercsv.edi": ({"AK403:1"}, _NO_PURPOSE),
    "berrywave-python__data-850.edi": ({"AK403:6"}, "CTT01 is Q2"),
    "irobayna-stupidedi__004010-X357_SC850_Aerospace_Industry_Purchase_Order-pass-basic-po.edi": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "irobayna-stupidedi__004010-X357_SC850_Aerospace_Industry_Purchase_Order-pass-taxexempt-po.edi": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "module-ballerina-edi__x12-sender.edi": (
        {"AK403:2", "AK403:7"},
        "an element of PO1 was left out, the rest moved up",
    ),
    "node-x12__850_fat.edi": ({"TA105:025"}, "the same interchange twice in one file"),
    "pyedi__file4.txt": ({"AK403:2"}, "N103 alone"),
    "sterling-edi-app__sample_850.x12": ({"AK403:1", "AK403:7"}, "no date, and the basis of the price is CB"),
    "vscode-edi-support__850-lineBreak-LF.x12": ({"AK304:3"}, _NO_LINES),
    "vscode-edi-support__850-lineBreak.x12": ({"AK304:3"}, _NO_LINES),
    "vscode-edi-support__850-loop.edi": ({"AK403:2"}, "SAC04 without SAC03"),
    "vscode-edi-support__docs-850.x12": ({"AK304:3"}, _NO_LINES),
    "vscode-edi-support__x12.minify.edi": ({"AK403:2"}, "SAC04 without SAC03"),
    # 855
    "EDI-Map-Check__855_ack_defects.edi": (
        {"AK403:7", "AK403:8"},
        "made with defects: a date with hyphens, ACK01 in words",
    ),
    "EDI-Map-Check__855_defects.edi": ({"AK403:7", "AK403:8"}, "made with defects: 35th of June, ACK01 is ZZ"),
    "irobayna-stupidedi__004010-X358_SC855_Aerospace_Industry_Purchase_Order_Acknowledgment-pass-basic-po-ack-accep": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "irobayna-stupidedi__004010-X358_SC855_Aerospace_Industry_Purchase_Order_Acknowledgment-pass-basic-po-ack-rejec": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "irobayna-stupidedi__004010-X358_SC855_Aerospace_Industry_Purchase_Order_Acknowledgment-pass-po-ack-minor-chang": (
        {"AK403:2", "AK502:18"},
        _SC_GROUP + "; a quantity without its unit in ACK",
    ),
    "irobayna-stupidedi__004010-X358_SC855_Aerospace_Industry_Purchase_Order_Acknowledgment-pass-po-ack-ship-detail": (
        {"AK502:18"},
        _SC_GROUP,
    ),
    "node-x12__test-data-855.edi": ({"AK403:7"}, "REF01 is ZZZ, which is no code"),
    # 856
    "EDI-Map-Check__856_defects.edi": (
        {"AK304:7", "AK403:2", "AK403:7"},
        "made with defects: a level below level 9; PKG says nothing and stands behind REF",
    ),
    "EDI-Map-Check__856_sap.edi": ({"AK403:1"}, "no purpose and no time in BSN"),
    # 997 and several sets in one file
    "EDI-Map-Check__997_defects.edi": ({"AK403:7"}, "made with defects: AK501 is Z"),
    "vscode-edi-support__X12-interchanges.x12": (
        {"AK304:3", "AK502:18", "TA105:024"},
        "a snippet: no sender and receiver in GS, no order line, an 864 in a group PO",
    ),
}
